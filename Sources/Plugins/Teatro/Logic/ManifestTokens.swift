/// The words, texts and signs of Swift source, blanks and comments left out; as much as a manifest's product list needs.
struct ManifestTokens {
    enum Token: Hashable {
        case word(String)
        /// A string literal without interpolation, its escapes as they stand.
        case text(String)
        case symbol(Character)
    }

    private let source: [UInt8]
    private var rest: ArraySlice<UInt8>
    init(_ source: [UInt8]) {
        self.source = source
        rest = source[...]
    }

    mutating func next() -> Token? {
        while let byte = rest.first {
            if rest.starts(with: "//".utf8) {
                rest = rest.drop { $0 != 10 }
            } else if rest.starts(with: "/*".utf8) {
                skipComment()
            } else if byte == UInt8(ascii: "\"") {
                return .text(text())
            } else if Self.isWord(byte) {
                let word = rest.prefix(while: Self.isWord)
                rest = rest.dropFirst(word.count)
                return .word(String(decoding: word, as: UTF8.self))
            } else {
                rest = rest.dropFirst()
                if byte > 32 { return .symbol(Character(UnicodeScalar(byte))) }
            }
        }
        return nil
    }

    /// They nest in Swift.
    private mutating func skipComment() {
        var depth = 0
        repeat {
            if rest.starts(with: "/*".utf8) {
                depth += 1
                rest = rest.dropFirst(2)
            } else if rest.starts(with: "*/".utf8) {
                depth -= 1
                rest = rest.dropFirst(2)
            } else {
                rest = rest.dropFirst()
            }
        } while depth > 0 && !rest.isEmpty
    }

    private mutating func text() -> String {
        let quotes = rest.starts(with: "\"\"\"".utf8) ? 3 : 1
        rest = rest.dropFirst(quotes)
        let start = rest.startIndex
        let end = [UInt8](repeating: UInt8(ascii: "\""), count: quotes)
        while !rest.isEmpty, !rest.starts(with: end) {
            rest = rest.dropFirst(rest.first == UInt8(ascii: "\\") ? 2 : 1)
        }
        defer { rest = rest.dropFirst(quotes) }
        return String(decoding: source[start..<rest.startIndex], as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || byte > 127
    }
}
