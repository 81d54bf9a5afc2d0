extension PluginJSON {
    /// Where and why a text is not JSON.
    public struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Byte offset, from 0.
        public var offset: Int
        public var message: String
        public var description: String { "\(message) at byte \(offset)" }
    }

    /// Parses a JSON text (RFC 8259); nesting deeper than 64 is refused.
    public init(parsing bytes: [UInt8]) throws(SyntaxError) {
        var parser = Parser(bytes: bytes)
        self = try parser.document()
    }

    /// The options of a service: an empty text stands for no options, anything but an object is refused.
    init(parsingOptions bytes: [UInt8]) throws(InvalidOptions) {
        guard !bytes.isEmpty else {
            self = .object([:])
            return
        }
        do throws(SyntaxError) {
            self = try PluginJSON(parsing: bytes)
        } catch {
            throw InvalidOptions([.init("", "the options are not JSON: \(error)")])
        }
        guard case .object = self else { throw InvalidOptions([.init("", "the options must be an object")]) }
    }
}

private struct Parser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func error(_ message: String) -> PluginJSON.SyntaxError { .init(offset: position, message: message) }
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func document() throws(PluginJSON.SyntaxError) -> PluginJSON {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw error("unexpected text after the value") }
        return value
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard next == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(PluginJSON.SyntaxError) -> PluginJSON {
        guard depth < 64 else { throw error("nested too deeply") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || (48...57).contains(byte): return try number()
        case .some: throw error("unexpected character")
        case nil: throw error("unexpected end")
        }
    }

    private mutating func word(_ text: String, _ value: PluginJSON) throws(PluginJSON.SyntaxError) -> PluginJSON {
        guard bytes[position...].starts(with: text.utf8) else { throw error("unexpected character") }
        position += text.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(PluginJSON.SyntaxError) -> PluginJSON {
        position += 1
        var members: [String: PluginJSON] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("expected a member name") }
            let name = try string()
            guard members[name] == nil else { throw error("member '\(name)' stands there twice") }
            skipSpace()
            guard take(":") else { throw error("expected ':'") }
            members[name] = try value(depth: depth + 1)
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("expected ',' or '}'") }
        }
    }

    private mutating func array(depth: Int) throws(PluginJSON.SyntaxError) -> PluginJSON {
        position += 1
        var items: [PluginJSON] = []
        skipSpace()
        if take("]") { return .array(items) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { throw error("expected ',' or ']'") }
        }
    }

    private mutating func digits() -> Bool {
        let start = position
        while let byte = next, (48...57).contains(byte) { position += 1 }
        return position > start
    }

    private mutating func number() throws(PluginJSON.SyntaxError) -> PluginJSON {
        let start = position
        _ = take("-")
        let leadingZero = next == UInt8(ascii: "0")
        let whole = position
        guard digits() else { throw error("expected a digit") }
        if leadingZero, position - whole > 1 { throw error("a number may not begin with 0") }
        var isInteger = true
        if take(".") {
            isInteger = false
            guard digits() else { throw error("expected a digit") }
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            guard digits() else { throw error("expected a digit") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw error("the number is out of range") }
        return .number(value)
    }

    private mutating func string() throws(PluginJSON.SyntaxError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else { throw error("invalid UTF-8") }
                return result
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw error("a control character must be escaped")
            default: text.append(byte)
            }
        }
        throw error("the string does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(PluginJSON.SyntaxError) {
        guard let byte = next else { throw error("the string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hex4()
            if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
                let low = try hex4()
                guard (0xDC00..<0xE000).contains(low) else { throw error("a surrogate stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("a surrogate stands alone") }
            text.append(contentsOf: String(scalar).utf8)
        default: throw error("unknown escape")
        }
    }

    private mutating func hex4() throws(PluginJSON.SyntaxError) -> UInt32 {
        guard position + 4 <= bytes.count,
            bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw error("expected four hexadecimal digits") }
        position += 4
        return code
    }
}
