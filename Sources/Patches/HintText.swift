/// The text behind `@@`, made ready to be looked for in many lines.
struct HintText {
    private let bytes: [UInt8]
    /// How much of the text's beginning ends at each of its bytes (Knuth, Morris, Pratt).
    private let borders: [Int]

    private static let longest = 200
    private static let longestLine = 1000

    init(_ text: String) {
        bytes = Array(text.utf8.prefix(Self.longest))
        borders = LineSearch.borders(of: bytes)
    }

    /// Whether the line holds the text, whole words of it. Linear in the line, however alike both are.
    func isNamed(by line: ArraySlice<UInt8>) -> Bool {
        guard bytes.count > 2, line.count >= bytes.count, line.count <= Self.longestLine else { return false }
        var matched = 0
        for index in line.indices {
            while matched > 0, matched == bytes.count || line[index] != bytes[matched] {
                matched = borders[matched - 1]
            }
            if line[index] == bytes[matched] { matched += 1 }
            if matched == bytes.count, isWhole(line, index + 1 - bytes.count, index + 1) { return true }
        }
        return false
    }

    private func isWhole(_ line: ArraySlice<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let isBegin = start == line.startIndex || !Self.isWord(line[start - 1]) || !Self.isWord(bytes[0])
        // Git cuts its hints after 80 bytes, in the middle of a word.
        let isEnd =
            end == line.endIndex || !Self.isWord(line[end]) || !Self.isWord(bytes[bytes.count - 1])
            || bytes.count >= 70
        return isBegin && isEnd
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        HintScope.isLetter(byte) || (48...57).contains(byte) || byte >= 128
    }
}
