/// Where the parts of a CHANGELOG.md are, by line. Headings in code and in comments are none.
struct ChangelogOutline {
    struct Part {
        var name: String
        /// Its heading among them.
        var range: Range<Int>
    }

    /// As they are, LF taken off: what is not ours keeps its line ends, mixed ones too.
    private var lines: [String]
    private let isDOS: Bool
    private(set) var unreleased: Range<Int>?
    /// The line of the first heading of a release.
    private(set) var firstRelease: Int?
    /// Within what is unreleased.
    private(set) var sections: [Part] = []
    /// Where the links at the end begin.
    let end: Int

    init(_ file: String) {
        let bytes = Array(file.utf8)
        isDOS = bytes.firstIndex(of: 10).map { $0 > 0 && bytes[$0 - 1] == 13 } ?? false
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        // A last line without an end gets one: something may come behind it.
        if lines.last?.isEmpty == true { lines.removeLast() } else if isDOS { lines[lines.count - 1] += "\r" }
        self.lines = lines
        let plain = lines.map(Self.plain)
        end = Self.footer(plain)
        let headings = Self.headings(plain)
        let releases = headings.filter { $0.level == 2 }
        if let found = releases.first(where: { Self.isUnreleased($0.text) }) {
            let range = found.line..<(releases.first { $0.line > found.line }?.line ?? end)
            unreleased = range
            let inner = headings.filter { $0.level == 3 && range.contains($0.line) }
            for (index, heading) in inner.enumerated() {
                let end = index + 1 < inner.count ? inner[index + 1].line : range.upperBound
                sections.append(Part(name: heading.text, range: heading.line..<end))
            }
        }
        firstRelease = releases.first?.line
    }

    var count: Int { lines.count }
    var file: String { lines.joined(separator: "\n") + "\n" }
    func text(of line: Int) -> String { Self.plain(lines[line]) }
    func isBlank(_ line: Int) -> Bool { lines[line].allSatisfy(\.isWhitespace) }

    /// The last line of the range that says something; its first one where none does.
    func lastWord(in range: Range<Int>) -> Int { range.last { !isBlank($0) } ?? range.lowerBound }

    mutating func insert(_ new: [String], at line: Int) {
        lines.insert(contentsOf: isDOS ? new.map { "\($0)\r" } : new, at: line)
    }

    private static func plain(_ line: String) -> String {
        line.utf8.last == 13 ? String(decoding: line.utf8.dropLast(), as: UTF8.self) : line
    }

    private static func isUnreleased(_ text: String) -> Bool {
        text.lowercased().filter { $0 != "[" && $0 != "]" }.hasPrefix("unreleased")
    }

    private static func headings(_ lines: [String]) -> [(line: Int, level: Int, text: String)] {
        var found: [(line: Int, level: Int, text: String)] = []
        var fence: String?
        var isComment = false
        for (index, line) in lines.enumerated() {
            let text = line.drop { $0 == " " }
            if let open = fence {
                if text.hasPrefix(open) { fence = nil }
                continue
            }
            if isComment {
                if line.contains("-->") { isComment = false }
                continue
            }
            if text.hasPrefix("```") || text.hasPrefix("~~~") {
                fence = String(text.prefix(3))
            } else if text.hasPrefix("<!--") {
                isComment = !text.contains("-->")
            } else {
                let level = text.prefix { $0 == "#" }.count
                guard (1...6).contains(level), text.dropFirst(level).first == " " else { continue }
                var words = text.dropFirst(level + 1)[...]
                while words.first == " " { words.removeFirst() }
                while let last = words.last, last.isWhitespace { words.removeLast() }
                found.append((index, level, String(words)))
            }
        }
        return found
    }

    /// Where the links at the end begin, `[1.0.0]: https://…`; the end where there are none.
    private static func footer(_ lines: [String]) -> Int {
        var end = lines.count
        while end > 0 {
            let line = lines[end - 1]
            guard line.allSatisfy(\.isWhitespace) || (line.hasPrefix("[") && line.contains("]:")) else { break }
            end -= 1
        }
        let firstLink = lines[end...].firstIndex { $0.hasPrefix("[") }
        return firstLink ?? lines.count
    }
}
