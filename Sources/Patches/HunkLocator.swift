/// Finds the one place in a file where a hunk belongs, or says why there is none. Never guesses.
///
/// The lines decide. A place is taken when nowhere else in the file the same lines stand, not even in another indentation or
/// with other quotes: a copy of them may be what the author meant, and the file may have changed since. What settles a tie is
/// a hint that holds for one place alone; the stated line where it is the only place that fits byte for byte; and the
/// stated line by itself only in the very file that the patch was made from.
struct HunkLocator {
    enum Witness: Hashable {
        case none, number, hint
    }

    enum Place: Hashable {
        case at(HunkMatch, Witness)
        /// The file already reads as the hunk wants it, from this line on.
        case alreadyApplied(Int)
        case ambiguous([Int])
        /// The only place is outside of what the hint names.
        case outside(Int, hint: String)
        /// The lines that would be added stand there already, and the hunk does not show both sides of them.
        case doubled(Int)
        case missing
        /// No old lines to go by, in a file that is not empty.
        case needsContext
        /// The search was given up.
        case exhausted
    }

    let lines: FileLines
    /// The file is the one that the patch was made from.
    let isBase: Bool
    /// How far a line is indented says what it belongs to: another depth is another place.
    let hasMeaningfulIndentation: Bool
    var search: LineSearch

    /// Places that are looked at; who has more is ambiguous whatever they are.
    private static let placeLimit = 64

    init(_ lines: FileLines, hunks: [Hunk], isBase: Bool, hasMeaningfulIndentation: Bool = false) {
        self.hasMeaningfulIndentation = hasMeaningfulIndentation
        self.lines = lines
        self.isBase = isBase
        search = LineSearch(
            lines.keys, hunks: hunks.count, patchLines: hunks.reduce(0) { $0 + $1.lines.count },
            bytes: lines.bytes.count + hunks.reduce(0) { $0 + $1.lines.reduce(0) { $0 + $1.bytes.count } })
    }

    mutating func locate(_ hunk: Hunk) -> Place {
        let place = place(hunk)
        // Whatever was found after the search was given up rests on half an answer.
        return search.isExhausted ? .exhausted : place
    }

    private mutating func place(_ hunk: Hunk) -> Place {
        let old = hunk.lines.filter { $0.kind != .addition }
        guard !old.isEmpty else { return insertion(hunk) }
        let stated = hunk.oldStart.map { $0 - 1 }
        if isBase, hunk.isCounted, let stated, let match = match(old, at: stated), match.rung <= .lineEnds {
            return .at(match, .number)
        }
        let places = search.places(of: old.map { LooseText.key($0.bytes) }, limit: Self.placeLimit + 1)
        guard !search.isExhausted else { return .exhausted }
        guard places.count <= Self.placeLimit else { return .ambiguous(places) }
        var matches: [HunkMatch] = []
        for place in places {
            if let match = match(old, at: place) { matches.append(match) }
        }
        guard !search.isExhausted else { return .exhausted }
        if let done = standing(hunk, instead: matches, stated: stated) { return done }
        guard matches.count <= 1 else { return tie(hunk, matches, stated: stated) }
        guard let only = matches.first else { return applied(hunk) ?? .missing }
        if hasMeaningfulIndentation, !isBase, only.rung == .indentation || only.indentation != .same {
            return applied(hunk) ?? .missing
        }
        if let stated, changed(hunk, at: stated, elsewhere: only) { return .ambiguous([stated, only.start]) }
        if only.start != stated, let hint = hunk.hints.first(where: { contradicts($0, only) }) {
            return .outside(only.start, hint: hint)
        }
        return settled(hunk, only, .none)
    }

    /// The lines around the change stand where the patch says, and those to be taken away read otherwise there: they were
    /// changed since, and what stands elsewhere is another copy.
    private mutating func changed(_ hunk: Hunk, at stated: Int, elsewhere only: HunkMatch) -> Bool {
        let old = hunk.lines.filter { $0.kind != .addition }
        guard !isBase, only.start != stated, stated >= 0, stated <= lines.count - old.count else { return false }
        search.spend(old.count)
        var tells = false
        var differs = false
        for (offset, line) in old.enumerated() {
            let isSame = lines.keys[stated + offset] == LooseText.key(line.bytes)
            if line.kind == .deletion {
                differs = differs || !isSame
            } else {
                guard isSame else { return false }
                tells = tells || Self.isTelling(line)
            }
        }
        return tells && differs
    }

    mutating func match(_ old: [Hunk.Line], at place: Int) -> HunkMatch? {
        guard !search.isExhausted, place >= 0, place <= lines.count - old.count else { return nil }
        let bytes = lines.bytes(of: place..<place + old.count).count
        search.spend(LineSearch.steps(lines: old.count, bytes: bytes))
        return HunkMatch.at(place, old, in: lines)
    }

    /// Lines to insert and nothing around them: their number says where, if it can be believed.
    private func insertion(_ hunk: Hunk) -> Place {
        func at(_ line: Int) -> Place {
            .at(
                HunkMatch(start: line, count: 0, rung: .exact, indentation: .same, differsInLineEnds: false), .number)
        }
        if lines.count == 0 { return at(0) }
        guard isBase else { return .needsContext }
        if hunk.isCounted, let line = hunk.oldStart, line <= lines.count { return at(line) }
        return hunk.isAtEnd ? at(lines.count) : .needsContext
    }

    private mutating func tie(_ hunk: Hunk, _ matches: [HunkMatch], stated: Int?) -> Place {
        if !hunk.hints.isEmpty {
            var scope = HintScope(lines, limit: search.budget)
            let region = scope.region(hunk.hints)
            search.spend(scope.steps)
            if search.isExhausted { return .exhausted }
            let held = matches.filter { region?.contains($0.start) ?? false }
            if held.count == 1, held[0].rung <= .lineEnds { return settled(hunk, held[0], .hint) }
        }
        let close = matches.filter { $0.rung <= .lineEnds }
        if let only = close.first, close.count == 1, only.start == stated { return settled(hunk, only, .number) }
        return .ambiguous(matches.map(\.start))
    }

    private mutating func contradicts(_ hint: String, _ match: HunkMatch) -> Bool {
        guard !search.isExhausted else { return false }
        var scope = HintScope(lines, limit: search.budget)
        let contradicts = !scope.allows(hint, at: match.start, count: match.count) && scope.knows(hint)
        search.spend(scope.steps)
        return contradicts
    }
}
