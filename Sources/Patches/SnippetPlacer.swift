import Model

/// Where a snippet may go: every way of placing it at its anchor, to be tried one by one. Which of them is right the
/// compiler says, not this.
package enum SnippetPlacer {
    package enum Anchor: Hashable, Sendable {
        /// A line of the file, from 1: the author's, or that of a diagnostic.
        case line(Int)
        /// Text of the file that the snippet takes the place of. It must stand there once.
        case replace([UInt8])
    }

    package enum Way: String, Hashable, Sendable, Codable {
        /// The text that the anchor names.
        case replaceText = "replace-text"
        case replaceLine = "replace-line"
        /// The line and what belongs to it: to the end of the block that it opens.
        case replaceBlock = "replace-block"
        /// As many lines as the snippet has.
        case replaceSameLength = "replace-same-length"
        case insertBefore = "insert-before"
        case insertAfter = "insert-after"
    }

    package struct Candidate: Hashable, Sendable {
        package var way: Way
        /// Lines of the file that are replaced, from 1; empty for an insertion before the lower bound.
        package var lines: Range<Int>
        package var content: [UInt8]
    }

    /// The likeliest first; no two with the same content. One that leaves the file as it is says that the snippet is what stands at
    /// its anchor already, and stands alone where the snippet says anything.
    ///
    /// Throws a rejection with the reason `anchor` for a snippet with placeholders in it, an anchor that is not there, or one
    /// that is there twice.
    package static func candidates(_ patch: FilePatch, in content: [UInt8], at anchor: Anchor) throws(PatchRejection)
        -> [Candidate]
    {
        let file = patch.name
        let snippet = Snippet(patch.content ?? [], file: patch.newPath)
        if let line = snippet.placeholders.first {
            throw needs(file, "the snippet for '\(file)' leaves lines out (its line \(line))", "write out every line")
        }
        guard !snippet.lines.isEmpty else {
            throw needs(file, "the snippet for '\(file)' holds no lines", "send the new lines")
        }
        if let obstacle = FileEncoding.obstacle(content) {
            throw PatchApplier.rejection(
                .conflict, .encoding, file, "'\(file)' \(obstacle), and cannot be patched line by line",
                remedy: "convert the file to UTF-8 first, or send it whole")
        }
        switch anchor {
        case .replace(let text): return try replacing(text, snippet, content, file)
        case .line(let line): return try around(line, snippet, content, file)
        }
    }

    private static func needs(_ file: String, _ message: String, _ remedy: String, lines: [Int] = []) -> PatchRejection
    {
        var rejection = PatchApplier.rejection(.anchor, .anchor, file, message, remedy: remedy)
        rejection.detail.candidates = lines
        return rejection
    }

    private static func around(_ number: Int, _ snippet: Snippet, _ content: [UInt8], _ file: String)
        throws(PatchRejection) -> [Candidate]
    {
        let lines = FileLines.split(content).map(Array.init)
        guard number >= 1, number <= max(1, lines.count) else {
            throw needs(file, "'\(file)' has no line \(number); it has \(lines.count)", "correct the line")
        }
        let line = number - 1
        if lines.isEmpty {
            return [Candidate(way: .insertBefore, lines: 1..<1, content: Array(snippet.lines.joined()))]
        }
        let text = fitted(snippet.lines, to: lines, at: line)
        var ways: [(Way, Range<Int>)] = [(.replaceLine, line..<line + 1)]
        let block = block(lines, from: line)
        if block.count > 1 { ways.append((.replaceBlock, block)) }
        if snippet.lines.count > 1 {
            ways.append((.replaceSameLength, line..<min(lines.count, line + snippet.lines.count)))
        }
        // Beside itself it would stand there twice, and many a file builds with that. A lone brace is no such proof: it stands
        // everywhere, and one that is missing is put beside another. Then leaving it alone is one way of several.
        if text.contains(where: { $0.contains(where: Self.isTelling) }),
            let (way, range) = ways.first(where: { joined(lines, $0.1, text) == content })
        {
            return [Candidate(way: way, lines: range.lowerBound + 1..<range.upperBound + 1, content: content)]
        }
        ways += [(.insertBefore, line..<line), (.insertAfter, line + 1..<line + 1)]
        var seen: Set<[UInt8]> = []
        var candidates: [Candidate] = []
        for (way, range) in ways {
            let made = joined(lines, range, text)
            guard seen.insert(made).inserted else { continue }
            candidates.append(Candidate(way: way, lines: range.lowerBound + 1..<range.upperBound + 1, content: made))
        }
        return candidates
    }

    private static func isTelling(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte >= 128
    }

    /// The lines with others in the place of some; the last line keeps its end or the lack of it.
    private static func joined(_ lines: [[UInt8]], _ range: Range<Int>, _ text: [[UInt8]]) -> [UInt8] {
        var all = lines
        let isBare = lines.last.map { $0.last != 10 } ?? false
        let end: [UInt8] = lines.first.map { Array(HunkMatch.end($0[...])) } ?? [10]
        if isBare { all[all.count - 1] += end.isEmpty ? [10] : end }
        all.replaceSubrange(range, with: text)
        var result = Array(all.joined())
        if isBare, result.last == 10 {
            result.removeLast()
            if result.last == 13 { result.removeLast() }
        }
        return result
    }

    /// Indented as the line it goes to, and with the file's line ends. A snippet whose first line is indented already
    /// stays as it is.
    private static func fitted(_ snippet: [[UInt8]], to lines: [[UInt8]], at line: Int) -> [[UInt8]] {
        let isCRLF = HunkMatch.end(lines[line][...]).count == 2 || HunkMatch.end(lines[0][...]).count == 2
        let isFlush = snippet.first.map { Indentation.of($0[...]).isEmpty } ?? false
        let indentation = isFlush ? Array(Indentation.of(lines[line][...])) : []
        return snippet.map { part in
            let text = HunkMatch.withoutEnd(part[...])
            return (text.allSatisfy(LooseText.isWhite) ? [] : indentation + text) + (isCRLF ? [13, 10] : [10])
        }
    }

    /// The line and the deeper ones below it, with the line that closes them.
    private static func block(_ lines: [[UInt8]], from start: Int) -> Range<Int> {
        func width(_ line: [UInt8]) -> Int { Indentation.of(line[...]).reduce(0) { $0 + ($1 == 9 ? 4 : 1) } }
        func isEmpty(_ line: [UInt8]) -> Bool { line.allSatisfy(LooseText.isWhite) }
        guard !isEmpty(lines[start]) else { return start..<start + 1 }
        let own = width(lines[start])
        var end = start + 1
        for index in (start + 1)..<max(start + 1, lines.count) {
            if isEmpty(lines[index]) { continue }
            if width(lines[index]) > own {
                end = index + 1
                continue
            }
            let first = lines[index].first { !LooseText.isWhite($0) } ?? 0
            let closes =
                width(lines[index]) == own && [UInt8(ascii: "}"), UInt8(ascii: ")"), UInt8(ascii: "]")].contains(first)
            if closes, end > start + 1 { end = index + 1 }
            break
        }
        return start..<end
    }
}
