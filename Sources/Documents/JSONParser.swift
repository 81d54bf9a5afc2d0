/// Reads a JSON text (RFC 8259) into the same tree as YAML, with the place of every value and key.
struct JSONParser {
    private let bytes: ArraySlice<UInt8>
    private var index: Int
    private var line = 1
    private var column = 1
    private var problems: [DocumentProblem] = []

    init(_ text: DocumentText) {
        bytes = text.bytes
        index = text.bytes.startIndex
    }

    mutating func read() throws(DocumentProblems) -> DocumentReading {
        skipSpace()
        guard next != nil else { return DocumentReading(root: nil, problems: []) }
        let root = try value(depth: 0)
        skipSpace()
        guard next == nil else { throw error("there is more behind the value", "a JSON file holds one value") }
        return DocumentReading(root: root, problems: problems)
    }

    // MARK: characters

    private var next: UInt8? { index < bytes.endIndex ? bytes[index] : nil }
    private var place: SourcePosition { SourcePosition(line: line, column: column) }

    private mutating func advance() {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && next != UInt8(ascii: "\n")) {
            (line, column) = (line + 1, 1)
        } else if byte & 0xC0 != 0x80 {
            // Continuation bytes of UTF-8 belong to the character before them.
            column += 1
        }
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { advance() }
    }

    private mutating func take(_ character: Character) -> Bool {
        guard next == character.asciiValue else { return false }
        advance()
        return true
    }

    private func error(_ message: String, _ suggestion: String? = nil) -> DocumentProblems {
        DocumentProblems(problems + [.init(place, "this is no JSON: \(message)", suggestion)])
    }

    /// What stands where something else is expected.
    private var found: String {
        guard let byte = next else { return "the file ends" }
        return byte < 0x80 ? "'\(Character(Unicode.Scalar(byte)))' stands here" : "something else stands here"
    }

    // MARK: values

    private mutating func value(depth: Int) throws(DocumentProblems) -> DocumentNode {
        guard depth <= DocumentReader.maximumDepth else {
            throw DocumentProblems(
                problems + [.init(place, "values are nested more than \(DocumentReader.maximumDepth) deep")])
        }
        skipSpace()
        let start = place
        switch next {
        case UInt8(ascii: "{"): return try object(start, depth: depth)
        case UInt8(ascii: "["): return try array(start, depth: depth)
        case UInt8(ascii: "\""): return DocumentNode(.scalar(try string(), isPlain: false), at: start)
        case .some(let byte) where byte == UInt8(ascii: "-") || (48...57).contains(byte):
            return DocumentNode(.scalar(try number(), isPlain: true), at: start)
        default:
            for word in ["true", "false", "null"] where bytes[index...].starts(with: word.utf8) {
                for _ in word.utf8 { advance() }
                return DocumentNode(.scalar(word, isPlain: true), at: start)
            }
            throw error("\(found) where a value is expected", Self.help(next))
        }
    }

    private static func help(_ byte: UInt8?) -> String? {
        switch byte {
        case UInt8(ascii: "'"): "JSON has double quotes only"
        case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments"
        case UInt8(ascii: "]"), UInt8(ascii: "}"): "remove the comma before it"
        default: nil
        }
    }

    private mutating func object(_ start: SourcePosition, depth: Int) throws(DocumentProblems) -> DocumentNode {
        advance()
        var entries: [DocumentEntry] = []
        var places: [String: SourcePosition] = [:]
        skipSpace()
        if take("}") { return DocumentNode(.mapping([]), at: start) }
        while true {
            skipSpace()
            let position = place
            guard next == UInt8(ascii: "\"") else {
                throw error("\(found) where the name of a member is expected", Self.help(next))
            }
            let key = try string()
            skipSpace()
            guard take(":") else { throw error("\(found) where ':' is expected") }
            let value = try value(depth: depth + 1)
            if let first = places[key] {
                problems.append(
                    .init(
                        position, "the key '\(key)' stands there twice; the first is in line \(first.line)",
                        "remove one of them"))
            } else {
                places[key] = position
                entries.append(DocumentEntry(key: key, position: position, value: value))
            }
            skipSpace()
            if take("}") { return DocumentNode(.mapping(entries), at: start) }
            guard take(",") else { throw error("\(found) where ',' or '}' is expected") }
        }
    }

    private mutating func array(_ start: SourcePosition, depth: Int) throws(DocumentProblems) -> DocumentNode {
        advance()
        var items: [DocumentNode] = []
        skipSpace()
        if take("]") { return DocumentNode(.list([]), at: start) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return DocumentNode(.list(items), at: start) }
            guard take(",") else { throw error("\(found) where ',' or ']' is expected") }
        }
    }

    private mutating func number() throws(DocumentProblems) -> String {
        let start = index
        _ = take("-")
        let whole = index
        guard digits() else { throw error("\(found) where a digit is expected") }
        if bytes[whole] == UInt8(ascii: "0"), index - whole > 1 { throw error("a number may not begin with 0") }
        if take("."), !digits() { throw error("\(found) where a digit is expected") }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() else { throw error("\(found) where a digit is expected") }
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() -> Bool {
        let start = index
        while let byte = next, (48...57).contains(byte) { advance() }
        return index > start
    }

    // MARK: strings

    private mutating func string() throws(DocumentProblems) -> String {
        let start = place
        advance()
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                advance()
                try escape(into: &text)
            case 0..<0x20: throw error("a line end or tab stands in a string", "write it as an escape: \\n, \\t")
            default:
                text.append(byte)
                advance()
            }
        }
        throw DocumentProblems(problems + [.init(start, "this is no JSON: the string does not end")])
    }

    private mutating func escape(into text: inout [UInt8]) throws(DocumentProblems) {
        guard let byte = next else { throw error("the file ends within a string") }
        let plain: [UInt8: UInt8] = [
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
            UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
            UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
        ]
        if let value = plain[byte] {
            text.append(value)
            return advance()
        }
        guard byte == UInt8(ascii: "u") else { throw error("'\\' begins no escape here", "write '\\\\' for it") }
        advance()
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair stands alone") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair stands alone") }
        text.append(contentsOf: String(scalar).utf8)
    }

    private mutating func hexadecimal() throws(DocumentProblems) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("\(found) where four hexadecimal digits are expected")
            }
            code = code << 4 | UInt32(digit)
            advance()
        }
        return code
    }
}
