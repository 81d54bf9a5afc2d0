/// What a hint behind `@@` says about a place: whether it lies in the function or type that the hint names.
///
/// By indentation, which all languages of the field share in practice, and by git's own default: the nearest line above that
/// begins with a letter.
struct HintScope {
    let lines: FileLines
    /// Lines that were looked at.
    private(set) var steps = 0

    init(_ lines: FileLines) { self.lines = lines }

    private static let longestHint = 200
    private static let longestLine = 1000

    mutating func holds(_ hints: [String], at start: Int, count: Int) -> Bool {
        for hint in hints where !holds(Array(hint.utf8.prefix(Self.longestHint)), start, count) { return false }
        return true
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
        var isOpen = false
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
                // `) -> Int {` and `} else {` go on from a line above with the same indentation.
                isOpen = [UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(
                    line[(line.startIndex + Indentation.of(line).count)...].first ?? 0)
            }
            if isHeading { return false }
        }
        return false
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
