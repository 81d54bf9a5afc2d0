/// What is in the file already: never put there a second time, and never taken for done where it only looks so.
extension HunkLocator {
    /// The last doubts about a place that is the only one.
    mutating func settled(_ hunk: Hunk, _ match: HunkMatch, _ witness: Witness) -> Place {
        // A hunk that only changes white space fits its own result but for white space, and bends itself where it is bent.
        if match.rung > .lineEnds, onlyMovesText(hunk) {
            if stands(hunk, at: match.start) { return .alreadyApplied(match.start) }
            if match.rung >= .indentation { return .missing }
        }
        let additions = hunk.lines.filter { $0.kind == .addition }
        guard additions.allSatisfy({ match.indentation.line($0.bytes) != nil }) else {
            return .missing
        }
        return grown(hunk, match) ?? .at(match, witness)
    }

    /// A hunk that only adds at its first or last line leaves its old lines as they were: they are found again after it
    /// was applied, with the new ones beside them.
    private mutating func grown(_ hunk: Hunk, _ match: HunkMatch) -> Place? {
        guard !isBase else { return nil }
        let above = hunk.lines.prefix { $0.kind == .addition }
        let below = hunk.lines.reversed().prefix { $0.kind == .addition }.reversed()
        let inner = hunk.lines.dropFirst(above.count).dropLast(below.count)
        guard above.count + below.count > 0 else { return nil }
        let isAbove = !above.isEmpty && reads(Array(above), at: match.start - above.count)
        let isBelow = !below.isEmpty && reads(Array(below), at: match.start + match.count)
        guard isAbove || isBelow else { return nil }
        let isWhole =
            (isAbove || above.isEmpty) && (isBelow || below.isEmpty) && inner.allSatisfy { $0.kind == .context }
        let start = match.start - above.count
        return isWhole && (above + below).contains(where: Self.isTelling) ? .alreadyApplied(start) : .doubled(start)
    }

    private mutating func reads(_ wanted: [Hunk.Line], at start: Int) -> Bool {
        guard let match = match(wanted, at: start) else { return false }
        return match.rung <= .trailingSpace
    }

    /// The result stands where the patch says, and the old lines elsewhere: they may be another copy of those that the patch
    /// has changed already.
    mutating func standing(_ hunk: Hunk, instead matches: [HunkMatch], stated: Int?) -> Place? {
        guard !isBase, let stated, !matches.isEmpty, !matches.contains(where: { $0.start == stated }) else {
            return nil
        }
        let places = [stated] + [hunk.newStart.map { $0 - 1 }].compactMap { $0 }
        let length = hunk.lines.reduce(0) { $0 + ($1.kind == .deletion ? 0 : 1) }
        // The context of a deletion, and lines beside which something was added, stand in the old lines themselves.
        func isApart(_ place: Int) -> Bool {
            matches.allSatisfy { $0.start + $0.count <= place || place + length <= $0.start }
        }
        guard let place = places.first(where: { isApart($0) && stands(hunk, at: $0) }) else { return nil }
        return .ambiguous([place] + matches.map(\.start))
    }

    /// The place of the result where the old lines are nowhere.
    mutating func applied(_ hunk: Hunk) -> Place? {
        let new = hunk.lines.filter { $0.kind != .deletion }
        // One that only takes away, and was cut off where it does, proves nothing by what is not there.
        let endsInDeletion = hunk.lines.last?.kind == .deletion && !hunk.lines.contains { $0.kind == .addition }
        guard !(endsInDeletion && !hunk.isCounted) else { return nil }
        guard !new.isEmpty, hunk.changesSomething, new.contains(where: Self.isTelling) else { return nil }
        let keys = new.map { LooseText.key($0.bytes) }
        let done = search.places(of: keys, limit: 2)
        guard done.count == 1, stands(hunk, at: done[0]) else { return nil }
        // The same words at another depth, which stand in the file once and at that depth.
        if onlyMovesText(hunk) {
            if isTelling(hunk) { return .alreadyApplied(done[0]) }
            // What a hunk leaves that takes away its first or last lines stood there before it as well.
        } else if !LineSearch.occurrences(of: keys, in: hunk.old.map { LooseText.key($0) }).isEmpty {
            guard !isLeft(hunk) else { return nil }
        } else if isTelling(hunk) {
            return .alreadyApplied(done[0])
        }
        let places = [hunk.newStart, hunk.oldStart].compactMap { $0.map { $0 - 1 } }
        return places.contains(done[0]) ? .alreadyApplied(done[0]) : nil
    }

    /// Whether any line that the hunk takes away, and that says something, is in the file still.
    private mutating func isLeft(_ hunk: Hunk) -> Bool {
        let gone = hunk.lines.filter { $0.kind == .deletion && Self.isTelling($0) }.map { LooseText.key($0.bytes) }
        for key in Set(gone) where !search.places(of: [key], limit: 1).isEmpty { return true }
        return gone.isEmpty || search.isExhausted
    }

    /// Whether the result says enough to be recognised where the patch did not say it would be: a lone `}` or `return nil`
    /// stands in many files by chance, and so does what surrounds lines that were taken away.
    private mutating func isTelling(_ hunk: Hunk) -> Bool {
        let kept = hunk.lines.filter { $0.kind != .deletion && !Self.isBlank($0) }
        guard kept.count >= 3, kept.contains(where: { $0.kind == .context }) else { return false }
        if kept.contains(where: { $0.kind == .addition && Self.isTelling($0) }) { return true }
        return !isLeft(hunk)
    }

    private mutating func stands(_ hunk: Hunk, at place: Int) -> Bool {
        let new = hunk.lines.filter { $0.kind != .deletion }
        guard !new.isEmpty, let match = match(new, at: place) else { return false }
        return match.rung <= .lineEnds
    }

    private func onlyMovesText(_ hunk: Hunk) -> Bool {
        hunk.old.map { LooseText.key($0) } == hunk.new.map { LooseText.key($0) }
    }

    /// Whether a line is one that hardly stands in a file twice in a row by intention.
    static func isTelling(_ line: Hunk.Line) -> Bool {
        line.bytes.reduce(0) { count, byte in
            count
                + ((48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte >= 128
                    ? 1 : 0)
        } >= 4
    }

    private static func isBlank(_ line: Hunk.Line) -> Bool { line.bytes.allSatisfy(LooseText.isWhite) }
}
