import Model

/// Finds the one place in a file where a hunk belongs, or says why there is none. Never guesses.
package enum HunkLocator {
    package enum Place: Hashable, Sendable {
        /// Index of the first old line; `isStated` when it is where the patch said.
        case at(Int, isStated: Bool)
        /// The file already reads as the hunk wants it.
        case alreadyApplied(Int)
        case ambiguous([Int])
        /// The nearest candidate and the first line there that differs, as indices; nil where nothing is alike.
        case missing(candidate: Int?, firstDifference: Int?)
        /// No old lines to go by, in a file that is not empty.
        case needsContext
    }

    /// - Parameters:
    ///   - lines: of the file, with their line ends.
    ///   - cursor: index of the first line that an earlier hunk has not used. No place that is answered lies before it.
    ///   - shift: how far the stated line numbers are off, as earlier hunks showed.
    package static func locate(_ hunk: UnifiedDiff.Hunk, in lines: [[UInt8]], from cursor: Int, shift: Int) -> Place {
        let old = hunk.old
        let new = hunk.new
        guard !old.isEmpty else {
            return lines.isEmpty ? .at(0, isStated: true) : insertion(hunk, lines, from: cursor)
        }
        let stated = hunk.oldStart - 1 + shift
        if stated >= cursor, matches(old, lines, stated) {
            return grown(hunk, in: lines, at: stated, from: cursor) ?? .at(stated, isStated: shift == 0)
        }
        let places = occurrences(of: old, in: lines, from: cursor)
        if places.count == 1 {
            return grown(hunk, in: lines, at: places[0], from: cursor) ?? .at(places[0], isStated: false)
        }
        if places.count > 1 { return .ambiguous(places) }
        if new != old, !new.isEmpty {
            let done = occurrences(of: new, in: lines, from: cursor)
            if let place = [stated, hunk.newStart - 1].first(where: done.contains) { return .alreadyApplied(place) }
            if done.count == 1, isTelling(hunk) { return .alreadyApplied(done[0]) }
        }
        return nearest(old, lines, from: cursor, stated: stated)
    }

    /// Whether the hunk need not be searched for: it stands where it says.
    static func isAtItsPlace(_ hunk: UnifiedDiff.Hunk, in lines: [[UInt8]], from cursor: Int, shift: Int) -> Bool {
        let stated = hunk.oldStart - 1 + shift
        return stated >= cursor && matches(hunk.old, lines, stated)
    }

    /// A hunk that only adds at the first or last line of a file leaves its old lines as they were: they are found again
    /// after it was applied, with the new ones already beside them.
    private static func grown(_ hunk: UnifiedDiff.Hunk, in lines: [[UInt8]], at place: Int, from cursor: Int) -> Place?
    {
        let above = hunk.lines.prefix { $0.kind == .addition }.count
        let below = hunk.lines.reversed().prefix { $0.kind == .addition }.count
        let inner = hunk.lines.dropFirst(above).dropLast(below)
        guard above + below > 0, inner.allSatisfy({ $0.kind == .context }) else { return nil }
        let start = place - above
        return start >= cursor && matches(hunk.new, lines, start) ? .alreadyApplied(start) : nil
    }

    /// Whether the result says enough to be recognised where the patch did not say it would be: a lone `}` or `return nil`
    /// stands in many files by chance.
    private static func isTelling(_ hunk: UnifiedDiff.Hunk) -> Bool {
        let kept = hunk.lines.filter { line in
            line.kind != .deletion && !line.bytes.allSatisfy { [9, 10, 13, 32].contains($0) }
        }
        return kept.count >= 3 && kept.contains { $0.kind == .context }
    }

    /// Lines to insert and nothing around them: only the result itself can be recognised.
    private static func insertion(_ hunk: UnifiedDiff.Hunk, _ lines: [[UInt8]], from cursor: Int) -> Place {
        let place = hunk.newStart - 1
        return place >= cursor && matches(hunk.new, lines, place) ? .alreadyApplied(place) : .needsContext
    }

    private static func matches(_ old: [[UInt8]], _ lines: [[UInt8]], _ start: Int) -> Bool {
        guard start >= 0, start + old.count <= lines.count else { return false }
        for offset in old.indices where lines[start + offset] != old[offset] { return false }
        return true
    }

    /// Every place where the lines stand, overlapping ones as well. Linear in the lines of both, however alike they
    /// are (Knuth, Morris, Pratt): a patch comes from outside.
    static func occurrences(of wanted: [[UInt8]], in lines: [[UInt8]], from cursor: Int) -> [Int] {
        guard !wanted.isEmpty, lines.count - wanted.count >= cursor else { return [] }
        // How many lines at the beginning of `wanted` end at each of its lines.
        var borders = [0]
        var border = 0
        for index in wanted.indices.dropFirst() {
            while border > 0, wanted[index] != wanted[border] { border = borders[border - 1] }
            if wanted[index] == wanted[border] { border += 1 }
            borders.append(border)
        }
        var found: [Int] = []
        var matched = 0
        for index in cursor..<lines.count {
            while matched > 0, matched == wanted.count || lines[index] != wanted[matched] {
                matched = borders[matched - 1]
            }
            if lines[index] == wanted[matched] { matched += 1 }
            if matched == wanted.count { found.append(index - matched + 1) }
        }
        return found
    }

    /// Of a long hunk its beginning is compared, and of a long file the part around the stated line: what is looked
    /// for is a line to show to the author, and the search must end soon whatever is sent.
    private static let comparedLines = 200
    private static let comparedPlaces = 5000

    private static func nearest(_ old: [[UInt8]], _ lines: [[UInt8]], from cursor: Int, stated: Int) -> Place {
        var best: (start: Int, score: Int)?
        let head = old.prefix(comparedLines)
        let first = min(max(cursor, stated - comparedPlaces), max(cursor, lines.count - 2 * comparedPlaces))
        for start in first..<max(first, min(lines.count, first + 2 * comparedPlaces)) {
            var score = 0
            for (offset, line) in head.enumerated() where start + offset < lines.count && lines[start + offset] == line
            {
                score += 1
            }
            if score > best?.score ?? 0 { best = (start, score) }
        }
        guard let best else { return .missing(candidate: nil, firstDifference: nil) }
        let difference = old.indices.first { best.start + $0 >= lines.count || lines[best.start + $0] != old[$0] }
        return .missing(candidate: best.start, firstDifference: difference.map { best.start + $0 })
    }
}
