/// Less context than the hunk shows, and the nearest place of what is nowhere.
extension HunkLocator {
    /// Places a hunk whose outermost lines have changed since: never without the lines next to the change, and only where
    /// a second witness - its number, corrected as its neighbours' are off, or its hint - names the place as well.
    ///
    /// - Parameter shifts: how far the nearest hunks above and below were from their stated lines.
    mutating func reduced(_ hunk: Hunk, shifts: [Int]) -> (hunk: Hunk, place: Place)? {
        guard let core = Self.core(hunk) else { return nil }
        let old = core.hunk.lines.filter { $0.kind != .addition }
        guard old.contains(where: Self.isTelling) else { return nil }
        let places = search.places(of: old.map { LooseText.key($0.bytes) }, limit: 2)
        guard places.count == 1, var match = match(old, at: places[0]), match.rung <= .trailingSpace else { return nil }
        var witness = Witness.none
        if let stated = hunk.oldStart, shifts.contains(where: { stated - 1 + core.above + $0 == match.start }) {
            witness = .number
        } else if !hunk.hints.isEmpty {
            var scope = HintScope(lines, limit: search.budget)
            if scope.region(hunk.hints)?.contains(match.start) ?? false { witness = .hint }
            search.spend(scope.steps)
        }
        guard witness != .none, !search.isExhausted else { return nil }
        switch settled(core.hunk, match, witness) {
        case .at where !search.isExhausted:
            match.rung = .reducedContext
            return (core.hunk, .at(match, witness))
        default: return nil
        }
    }

    /// The hunk with one line of context at each end that had more; nil where none had.
    private static func core(_ hunk: Hunk) -> (hunk: Hunk, above: Int)? {
        let above = hunk.lines.prefix { $0.kind == .context }.count
        let below = hunk.lines.reversed().prefix { $0.kind == .context }.count
        guard above < hunk.lines.count, above > 1 || below > 1 else { return nil }
        var core = hunk
        core.lines = Array(hunk.lines.dropFirst(max(0, above - 1)).dropLast(max(0, below - 1)))
        return (core, max(0, above - 1))
    }

    /// Of a long hunk its beginning is compared, and of a long file the part around the stated line: what is looked
    /// for is a line to show to the author, and the search must end soon whatever is sent.
    private static let comparedLines = 200
    private static let comparedPlaces = 5000

    /// The place most like the old lines, and the first line there that differs; nil where nothing is alike.
    func nearest(_ old: [Hunk.Line], stated: Int) -> (start: Int, difference: Int)? {
        var best: (start: Int, score: Int)?
        let head = old.prefix(Self.comparedLines).map { LooseText.key($0.bytes) }
        // An empty line is like every other one.
        let blank = LooseText.key([])
        let first = min(max(0, stated - Self.comparedPlaces), max(0, lines.count - 2 * Self.comparedPlaces))
        for start in first..<max(first, min(lines.count, first + 2 * Self.comparedPlaces)) {
            var score = 0
            for (offset, key) in head.enumerated() where start + offset < lines.count {
                if lines.keys[start + offset] == key { score += key == blank ? 1 : 4 }
            }
            if score > best?.score ?? 0 { best = (start, score) }
        }
        guard let best else { return nil }
        let difference = old.indices.first { offset in
            best.start + offset >= lines.count || lines[best.start + offset] != old[offset].bytes[...]
        }
        return (best.start, best.start + (difference ?? 0))
    }
}
