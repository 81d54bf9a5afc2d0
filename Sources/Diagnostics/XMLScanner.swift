/// Goes through the tags and texts of a small XML document: what test reports need, and nothing that a hostile one
/// could use (no document types, no entities but the five of XML and numbers, no files).
struct XMLScanner {
    enum Token: Hashable {
        case open(name: String, attributes: [String: String], isEmpty: Bool)
        case close(name: String)
        case text(String)
    }
    struct Damaged: Error {}

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Nil at the end.
    mutating func next() throws(Damaged) -> Token? {
        while at < bytes.count {
            if bytes[at] != UInt8(ascii: "<") { return .text(Self.unescaped(take { $0 == UInt8(ascii: "<") })) }
            if starts(with: "<!--") {
                try skip(past: "-->")
            } else if starts(with: "<![CDATA[") {
                at += 9
                let start = at
                try skip(past: "]]>")
                return .text(TextScrubber.scrub(bytes[start..<at - 3]))
            } else if starts(with: "<?") {
                try skip(past: "?>")
            } else if starts(with: "<!") {
                throw Damaged()
            } else {
                return try tag()
            }
        }
        return nil
    }

    private mutating func tag() throws(Damaged) -> Token {
        at += 1
        if at < bytes.count, bytes[at] == UInt8(ascii: "/") {
            at += 1
            let name = take { $0 == UInt8(ascii: ">") }
            try expect(">")
            return .close(name: String(Substring(name).trimmed))
        }
        let name = take { $0.isBlank || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") }
        var attributes: [String: String] = [:]
        while true {
            _ = take { !$0.isBlank }
            guard at < bytes.count else { throw Damaged() }
            if starts(with: "/>") {
                at += 2
                return .open(name: name, attributes: attributes, isEmpty: true)
            }
            if bytes[at] == UInt8(ascii: ">") {
                at += 1
                return .open(name: name, attributes: attributes, isEmpty: false)
            }
            let key = take { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ">") }
            try expect("=")
            _ = take { !$0.isBlank }
            guard at < bytes.count, bytes[at] == 0x22 || bytes[at] == 0x27 else { throw Damaged() }
            let quote = bytes[at]
            at += 1
            attributes[String(Substring(key).trimmed)] = Self.unescaped(take { $0 == quote })
            try expect(Unicode.Scalar(quote))
        }
    }

    private mutating func take(until isEnd: (UInt8) -> Bool) -> String {
        let start = at
        while at < bytes.count, !isEnd(bytes[at]) { at += 1 }
        return TextScrubber.scrub(bytes[start..<at])
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Damaged) {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { throw Damaged() }
        at += 1
    }

    private func starts(with text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

    private mutating func skip(past text: String) throws(Damaged) {
        while at < bytes.count {
            if starts(with: text) {
                at += text.utf8.count
                return
            }
            at += 1
        }
        throw Damaged()
    }

    private static func unescaped(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            rest = rest[rest.index(after: start)...]
            guard let end = rest.prefix(12).firstIndex(of: ";"), let character = entity(rest[..<end]) else {
                result += "&"
                continue
            }
            result.unicodeScalars.append(character)
            rest = rest[rest.index(after: end)...]
        }
        return TextScrubber.scrub(result + rest)
    }

    private static func entity(_ name: Substring) -> Unicode.Scalar? {
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard let digits = name.dropping(prefix: "#") else { return nil }
            let number = digits.dropping(prefix: "x").map { UInt32($0, radix: 16) } ?? UInt32(digits)
            return number.flatMap(Unicode.Scalar.init)
        }
    }
}
