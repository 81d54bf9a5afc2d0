/// What a hint behind `@@` says about a place: whether it lies in the function or type that the hint names.
///
/// A hint chooses a place only where its line stands in the file once, the place lies below it, and every other place lies above
/// it or behind the next line of its kind. Git's default hint is the nearest line above that begins with a letter, which may be
/// a neighbour; so a place is contradicted only where the hint is neither that nor a line that encloses it.
struct HintScope {
    let lines: FileLines
    /// Steps that may be taken; beyond them the answer means nothing.
    let limit: Int
    /// Of `LineSearch`: lines that were looked at, and their bytes.
    private(set) var steps = 0

    init(_ lines: FileLines, limit: Int) {
        self.lines = lines
        self.limit = limit
    }

    private var isExhausted: Bool { steps > limit }

    private mutating func spend(_ range: Range<Int>) {
        steps += LineSearch.steps(lines: range.count, bytes: lines.bytes(of: range).count)
    }

    private static let longestLine = 1000

    /// The lines from the hint's own on to the next of its kind; nil where it stands in the file twice or not at all.
    mutating func region(_ hints: [String]) -> Range<Int>? {
        var region = 0..<lines.count
        for hint in hints {
            spend(region)
            guard !isExhausted else { return nil }
            let text = HintText(hint)
            var named: [Int] = []
            for index in region where named.count < 2 && text.isNamed(by: lines[index]) { named.append(index) }
            guard let heading = named.first, named.count == 1 else { return nil }
            region = heading..<end(of: heading, before: region.upperBound)
        }
        return hints.isEmpty ? nil : region
    }

    /// The next line of the heading's kind.
    private mutating func end(of heading: Int, before limit: Int) -> Int {
        let width = Self.width(lines[heading])
        let words = Self.words(lines[heading])
        let isMethod = MethodHeading.begins(lines[heading])
        for index in heading + 1..<limit {
            spend(index..<index + 1)
            if isExhausted { break }
            let line = lines[index]
            if Self.isBlank(line) || Self.width(line) > width { continue }
            // What the words cost.
            steps += 20
            if !words.isDisjoint(with: Self.words(line)) { return index }
            if isMethod, Self.width(line) == width, MethodHeading.begins(line) { return index }
        }
        return limit
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
        holds(HintText(hint), start, count)
    }

    /// Whether any line of the file is what the hint names.
    mutating func knows(_ hint: String) -> Bool {
        let text = HintText(hint)
        spend(0..<lines.count)
        return !isExhausted && (0..<lines.count).contains { text.isNamed(by: lines[$0]) }
    }

    private mutating func holds(_ hint: HintText, _ start: Int, _ count: Int) -> Bool {
        let own = start..<min(lines.count, start + count)
        spend(own)
        if own.contains(where: { hint.isNamed(by: lines[$0]) }) { return true }
        let first = own.first { !Self.isBlank(lines[$0]) } ?? start
        guard first < lines.count else { return false }
        var limit = Self.width(lines[first])
        // `) -> Int {` and `} else {` go on from a line above with the same indentation, and so does what a `}` closes.
        var isOpen = Self.isCloser(lines[first])
        var index = start - 1
        while index >= 0, !isExhausted {
            defer { index -= 1 }
            spend(index..<index + 1)
            let line = lines[index]
            if Self.isBlank(line) { continue }
            let width = Self.width(line)
            let isHeading = width == 0 && Self.isLetter(line.first ?? 0)
            if width < limit || (width == limit && isOpen) || isHeading {
                if hint.isNamed(by: line) { return true }
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

    static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy(LooseText.isWhite) }

    private static func width(_ line: ArraySlice<UInt8>) -> Int {
        Indentation.of(line).reduce(0) { $0 + ($1 == 9 ? 4 : 1) }
    }
}
