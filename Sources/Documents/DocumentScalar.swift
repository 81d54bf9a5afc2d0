/// What a scalar means by YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema).
package enum DocumentScalar: Hashable, Sendable, CustomStringConvertible {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)

    package init(_ text: String, isPlain: Bool) {
        guard isPlain else {
            self = .text(text)
            return
        }
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        default: self = Self.numeric(text) ?? .text(text)
        }
    }

    private static func numeric(_ text: String) -> DocumentScalar? {
        let bytes = Array(text.utf8)
        if text.hasPrefix("0x"), let value = Int64(text.dropFirst(2), radix: 16), isHex(bytes.dropFirst(2)) {
            return .integer(value)
        }
        if text.hasPrefix("0o"), let value = Int64(text.dropFirst(2), radix: 8), isHex(bytes.dropFirst(2)) {
            return .integer(value)
        }
        if [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].contains(text) { return .number(.infinity) }
        if ["-.inf", "-.Inf", "-.INF"].contains(text) { return .number(-.infinity) }
        if [".nan", ".NaN", ".NAN"].contains(text) { return .number(.nan) }
        guard isDecimal(bytes) else { return nil }
        if let value = Int64(text) { return .integer(value) }
        return Double(text).map(DocumentScalar.number)
    }

    private static func isHex(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty
            && bytes.allSatisfy { byte in
                (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
            }
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
            return index - start
        }
        func sign() {
            if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
                index += 1
            }
        }
        sign()
        let whole = digits()
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            guard digits() + whole > 0 else { return false }
        } else if whole == 0 {
            return false
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            sign()
            guard digits() > 0 else { return false }
        }
        return index == bytes.count
    }

    /// For messages: `the number 8080`, `text`.
    package var description: String {
        switch self {
        case .null: "nothing"
        case .boolean(let value): "the boolean \(value)"
        case .integer(let value): "the number \(value)"
        case .number(let value): "the number \(value)"
        case .text(let value): value.count <= 40 ? "'\(value)'" : "text"
        }
    }
}
