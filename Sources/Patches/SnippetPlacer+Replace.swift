import Model

/// The anchor that names the text to replace.
extension SnippetPlacer {
    static func replacing(_ text: [UInt8], _ snippet: Snippet, _ content: [UInt8], _ file: String)
        throws(PatchRejection)
        -> [Candidate]
    {
        guard text.contains(where: { !LooseText.isWhite($0) }) else {
            throw anchor(file, "the text to replace in '\(file)' is empty", [])
        }
        if let candidate = try byLines(text, snippet, content, file) { return [candidate] }
        // A part of a line, to the byte.
        let places = LineSearch.occurrences(of: text, in: content, limit: 2)
        let lines = places.map { place in content[..<place].reduce(1) { $0 + ($1 == 10 ? 1 : 0) } }
        guard places.count == 1 else {
            throw anchor(
                file,
                places.isEmpty
                    ? "the text to replace is not in '\(file)'"
                    : "the text to replace stands in '\(file)' more than once",
                lines)
        }
        var new = Array(snippet.lines.joined())
        if text.last != 10, new.last == 10 { new.removeLast() }
        let end = places[0] + text.count
        let last = content[places[0]..<end].reduce(lines[0]) { $0 + ($1 == 10 ? 1 : 0) }
        return [
            Candidate(
                way: .replaceText, lines: lines[0]..<last + 1,
                content: content[..<places[0]] + new + content[end...])
        ]
    }

    /// Whole lines, found as a hunk's old lines are: so indentation and line ends become the file's. nil where they are
    /// nowhere.
    private static func byLines(_ text: [UInt8], _ snippet: Snippet, _ content: [UInt8], _ file: String)
        throws(PatchRejection) -> Candidate?
    {
        let lines = FileLines.split(text)
        let isFilled = { (line: ArraySlice<UInt8>) in !line.allSatisfy(LooseText.isWhite) }
        guard let first = lines.firstIndex(where: isFilled), let last = lines.lastIndex(where: isFilled) else {
            return nil
        }
        var old = lines[first...last].map(Array.init)
        if let last = old.last, last.last != 10 { old[old.count - 1].append(10) }
        var hunk = Hunk(patchLine: 1)
        hunk.lines = old.map { .init(.deletion, $0) } + snippet.lines.map { .init(.addition, $0) }
        var change = FileChange(content, hunks: [hunk], file: file, isBase: false)
        let place = change.locator.locate(hunk)
        switch place {
        case .at(let match, _):
            let applied = try change.apply()
            return Candidate(
                way: .replaceText, lines: match.start + 1..<match.start + match.count + 1,
                content: applied.content ?? content)
        case .ambiguous(let places):
            throw anchor(
                file, "the text to replace stands in '\(file)' more than once", places.prefix(20).map { $0 + 1 })
        default: return nil
        }
    }

    private static func anchor(_ file: String, _ message: String, _ lines: [Int]) -> PatchRejection {
        let list = lines.isEmpty ? "" : ": lines \(lines.prefix(10).map(String.init).joined(separator: ", "))"
        var rejection = PatchApplier.rejection(
            .anchor, .anchor, file, message + list, remedy: "give text that stands in the file once, or a line")
        rejection.detail.candidates = lines
        return rejection
    }
}
