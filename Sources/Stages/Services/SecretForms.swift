/// The shapes in which a secret turns up in output.
enum SecretForms {
    /// The secret itself, its lines, and all their encodings; nothing shorter than `shortest` bytes.
    static func all(of secret: [UInt8], shortest: Int) -> Set<[UInt8]> {
        var plain: Set<[UInt8]> = [secret]
        if secret.contains(UInt8(ascii: "\n")) {
            for line in secret.split(separator: UInt8(ascii: "\n")) {
                plain.insert(Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
            }
        }
        var forms: Set<[UInt8]> = []
        for value in plain where value.count >= shortest {
            forms.insert(value)
            forms.insert(percentEncoded(value, isUpper: true))
            forms.insert(percentEncoded(value, isUpper: false))
            forms.insert(hex(value, isUpper: false))
            forms.insert(hex(value, isUpper: true))
            forms.formUnion(jsonForms(value))
            forms.insert(markup(value))
            forms.formUnion(beginnings(value))
            for offset in 0..<3 {
                forms.insert(base64(value, offset: offset, alphabet: standard))
                forms.insert(base64(value, offset: offset, alphabet: urlSafe))
            }
        }
        return forms.filter { $0.count >= shortest }
    }

    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The digits that depend on the secret alone when `offset` other bytes stand before it in the encoded text
    /// (RFC 4648): `Basic` credentials hold the password somewhere in the middle.
    private static func base64(_ value: [UInt8], offset: Int, alphabet: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        // Bit positions of the whole encoded text; a digit counts when all six of its bits are the secret's.
        let first = offset * 8
        let last = first + value.count * 8
        var bit = (first + 5) / 6 * 6
        while bit + 6 <= last {
            var digit = 0
            for position in bit..<bit + 6 {
                let inside = position - first
                digit = digit << 1 | Int(value[inside / 8] >> UInt8(7 - inside % 8) & 1)
            }
            digits.append(alphabet[digit])
            bit += 6
        }
        return digits
    }

    /// RFC 3986: everything but unreserved characters as `%XX`.
    private static func percentEncoded(_ value: [UInt8], isUpper: Bool) -> [UInt8] {
        value.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                return [byte]
            default:
                let digits = String(byte, radix: 16, uppercase: isUpper)
                return Array("%\(digits.count == 1 ? "0" : "")\(digits)".utf8)
            }
        }
    }

    private static func hex(_ value: [UInt8], isUpper: Bool) -> [UInt8] {
        value.flatMap { byte in
            let digits = String(byte, radix: 16, uppercase: isUpper)
            return Array((digits.count == 1 ? "0" + digits : digits).utf8)
        }
    }

    /// What is left of a secret where somebody cut the text that held it: the most of it is too much. An address is taken whole
    /// or not at all, for others on its machine begin as it does.
    private static func beginnings(_ value: [UInt8]) -> [[UInt8]] {
        guard !String(decoding: value, as: UTF8.self).contains("://") else { return [] }
        let least = max(12, value.count * 3 / 4)
        guard least < value.count, value.count <= 512 else { return [] }
        return (least..<value.count).map { Array(value[..<$0]) }
    }

    /// As HTML and XML write it.
    private static func markup(_ value: [UInt8]) -> [UInt8] {
        value.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "&"): Array("&amp;".utf8)
            case UInt8(ascii: "<"): Array("&lt;".utf8)
            case UInt8(ascii: ">"): Array("&gt;".utf8)
            case UInt8(ascii: "\""): Array("&quot;".utf8)
            case UInt8(ascii: "'"): Array("&#39;".utf8)
            default: [byte]
            }
        }
    }

    /// The ways in which encoders of JSON differ: `\/` (PHP, lua-cjson), `\u003c` for what HTML minds (Go), and `\u00e9` for
    /// everything beyond ASCII (Python).
    private static func jsonForms(_ value: [UInt8]) -> [[UInt8]] {
        let plain = jsonEscaped(value)
        let slashed = plain.flatMap { $0 == UInt8(ascii: "/") ? Array("\\/".utf8) : [$0] }
        func unicode(_ text: [UInt8], _ isEscaped: (UInt16) -> Bool) -> [UInt8] {
            String(decoding: text, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
                guard isEscaped(unit) || unit > 127 else { return [UInt8(unit)] }
                let digits = String(unit, radix: 16)
                return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        }
        let html = Set("<>&".utf16)
        return [
            plain, slashed, unicode(plain) { html.contains($0) }, unicode(plain) { _ in false },
            unicode(value) { _ in true },
        ]
    }

    private static func jsonEscaped(_ value: [UInt8]) -> [UInt8] {
        value.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""): Array("\\\"".utf8)
            case UInt8(ascii: "\\"): Array("\\\\".utf8)
            case UInt8(ascii: "\n"): Array("\\n".utf8)
            case UInt8(ascii: "\r"): Array("\\r".utf8)
            case UInt8(ascii: "\t"): Array("\\t".utf8)
            default: [byte]
            }
        }
    }
}
