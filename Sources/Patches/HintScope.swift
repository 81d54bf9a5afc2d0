/// What a hint behind `@@` says about a place: whether it lies in the function or type that the hint names.
///
/// A hint chooses a place only where its line stands in the file once, the place lies below it, and every other place lies above
/// it or behind the next line of its kind. Git's default hint is the nearest line above that begins with a letter, which may be
/// a neighbour; so a place is contradicted only where the hint is neither that nor a line that encloses it.
struct HintScope {
    let lines: FileLines
    /// Lines that were looked at.
    private(set) var steps = 0

    init(_ lines: FileLines) { self.lines = lines }

    private static let longestHint = 200
    private static let longestLine = 1000

    /// The lines from the hint's own on to the next of its kind; nil where it stands in the file twice or not at all.
    mutating func region(_ hints: [String]) -> Range<Int>? {
        var region = 0..<lines.count
        for hint in hints {
            let hint = Array(hint.utf8.prefix(Self.longestHint))
            steps += region.count
            let named = region.filter { Self.names(lines[$0], hint) }
            guard named.count == 1 else { return nil }
            let width = Self.width(lines[named[0]])
            let words = Self.words(lines[named[0]])
            let end = (named[0] + 1..<region.upperBound).first { index in
                let line = lines[index]
                return !Self.isBlank(line) && Self.width(line) <= width && !words.isDisjoint(with: Self.words(line))
            }
            region = named[0]..<(end ?? region.upperBound)
        }
        return hints.isEmpty ? nil : region
    }

    /// Words that say what kind of line it is: the first one, and what languages begin functions and types with.
    private static func words(_ line: ArraySlice<UInt8>) -> Set<String> {
        let text = String(decoding: line.prefix(longestLine), as: UTF8.self)
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.prefix(8).map(String.init)
        return Set(words.prefix(1) + words.filter(keywords.contains))
    }

    private static let keywords: Set<String> = [
        "func", "function", "def", "fn", "class", "struct", "enum", "extension", "protocol", "actor", "interface",
        "impl",
        "trait", "type", "module", "namespace", "init", "var", "let", "void", "int", "static", "public", "private",
    ]

    /// Whether a line that encloses the place, one of its own or the nearest heading above is what the hint names.
    mutating func allows(_ hint: String, at start: Int, count: Int) -> Bool {
        holds(Array(hint.utf8.prefix(Self.longestHint)), start, count)
    }

    /// Whether any line of the file is what the hint names.
    mutating func knows(_ hint: String) -> Bool {
        let hint = Array(hint.utf8.prefix(Self.longestHint))
        steps += lines.count
        return (0..<lines.count).contains { Self.names(lines[$0], hint) }
    }

    private mutating func holds(_ hint: [UInt8], _ start: Int, _ count: Int) -> Bool {
        steps += count
        let own = start..<min(lines.count, start + count)
        if own.contains(where: { Self.names(lines[$0], hint) }) { return true }
        let first = own.first { !Self.isBlank(lines[$0]) } ?? start
        guard first < lines.count else { return false }
        var limit = Self.width(lines[first])
        // `) -> Int {` and `} else {` go on from a line above with the same indentation, and so does what a `}` closes.
        var isOpen = Self.isCloser(lines[first])
        var index = start - 1
        while index >= 0 {
            defer { index -= 1 }
            steps += 1
            let line = lines[index]
            if Self.isBlank(line) { continue }
            let width = Self.width(line)
            let isHeading = width == 0 && Self.isLetter(line.first ?? 0)
            if width < limit || (width == limit && isOpen) || isHeading {
                if Self.names(line, hint) { return true }
                limit = min(limit, width)
                isOpen = Self.isCloser(line)
            }
            if isHeading { return false }
        }
        return false
    }

    private static func isCloser(_ line: ArraySlice<UInt8>) -> Bool {
        [UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(
            line.dropFirst(Indentation.of(line).count).first ?? 0)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy(LooseText.isWhite) }

    private static func width(_ line: ArraySlice<UInt8>) -> Int {
        Indentation.of(line).reduce(0) { $0 + ($1 == 9 ? 4 : 1) }
    }

    /// Whether the line holds the hint, whole words of it.
    private static func names(_ line: ArraySlice<UInt8>, _ hint: [UInt8]) -> Bool {
        guard hint.count > 2, line.count >= hint.count, line.count <= longestLine else { return false }
        func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || (48...57).contains(byte) || byte >= 128 }
        var start = line.startIndex
        while start + hint.count <= line.endIndex {
            let end = start + hint.count
            if line[start] == hint[0], line[start..<end].elementsEqual(hint) {
                let isBegin = start == line.startIndex || !isWord(line[start - 1]) || !isWord(hint[0])
                // Git cuts its hints after 80 bytes, in the middle of a word.
                let isEnd =
                    end == line.endIndex || !isWord(line[end]) || !isWord(hint[hint.count - 1]) || hint.count >= 70
                if isBegin, isEnd { return true }
            }
            start += 1
        }
        return false
    }
}
