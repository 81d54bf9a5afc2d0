import Model

/// The hunks of a patch on their way into one file: placed, checked against each other, put in.
struct FileChange {
    let file: String
    let hunks: [Hunk]
    /// The hunks with the byte order marks they came with.
    let originals: [Hunk]
    let content: [UInt8]
    /// The content has a byte order mark, which is no part of its first line.
    let hasMark: Bool
    var locator: HunkLocator
    var placed: [Placed] = []

    struct Placed {
        var number: Int
        /// As it was placed: maybe with less context than the patch shows.
        var hunk: Hunk
        /// nil: its result is there already.
        var match: HunkMatch?
        var placement: HunkPlacement
    }

    init(_ content: [UInt8], hunks: [Hunk], file: String, isBase: Bool) {
        self.file = file
        self.content = content
        hasMark = content.starts(with: FileEncoding.mark)
        let body = hasMark ? Array(content.dropFirst(3)) : content
        originals = hunks
        self.hunks = hunks.map(Self.withoutMark)
        locator = HunkLocator(
            FileLines(body), hunks: hunks, isBase: isBase,
            hasMeaningfulIndentation: FileEncoding.indentationMeans(file))
    }

    private static func withoutMark(_ hunk: Hunk) -> Hunk {
        guard hunk.lines.contains(where: { $0.bytes.starts(with: FileEncoding.mark) }) else { return hunk }
        var hunk = hunk
        for index in hunk.lines.indices where hunk.lines[index].bytes.starts(with: FileEncoding.mark) {
            hunk.lines[index].bytes.removeFirst(3)
        }
        return hunk
    }

    mutating func apply() throws(PatchRejection) -> PatchApplier.Applied {
        try refuseEncodings()
        try place()
        let result = try assembled()
        let isUnchanged = placed.allSatisfy { $0.match == nil } || result == content
        return PatchApplier.Applied(content: result, placements: placed.map(\.placement), isUnchanged: isUnchanged)
    }

    private func refuseEncodings() throws(PatchRejection) {
        if let obstacle = FileEncoding.obstacle(content) {
            throw PatchApplier.rejection(
                .conflict, .encoding, file, "'\(file)' \(obstacle), and cannot be patched line by line",
                remedy: "convert the file to UTF-8 first, or send it whole")
        }
        if let hunk = FileEncoding.clashes(content, hunks) {
            throw PatchApplier.rejection(
                .conflict, .encoding, file,
                "'\(file)' is not in UTF-8, and the hunk at line \(hunk.patchLine) of the patch adds UTF-8 text to it",
                remedy: "add lines of ASCII only, or convert the file to UTF-8 first")
        }
    }

    private mutating func place() throws(PatchRejection) {
        var places = hunks.map { _ in HunkLocator.Place.missing }
        var used = hunks
        for index in hunks.indices {
            places[index] = locator.locate(hunks[index])
            if case .exhausted = places[index] { throw rejection(.exhausted, index) }
        }
        for index in hunks.indices where places[index] == .missing {
            let shifts = Self.shifts(around: index, places, hunks)
            guard let found = locator.reduced(hunks[index], shifts: shifts) else { continue }
            (used[index], places[index]) = (found.hunk, found.place)
        }
        for index in hunks.indices {
            var placement = HunkPlacement(
                hunk: index + 1, statedLine: hunks[index].oldStart, line: 0, rung: .exact, isAlreadyApplied: false,
                isByHint: false)
            switch places[index] {
            case .at(let match, let witness):
                // With less context it begins further down than the patch states.
                let dropped =
                    hunks[index].lines.prefix { $0.kind == .context }.count
                    - used[index].lines.prefix { $0.kind == .context }.count
                placement.line = match.start + 1 - dropped
                placement.rung = match.rung
                placement.isByHint = witness == .hint
                placed.append(Placed(number: index + 1, hunk: used[index], match: match, placement: placement))
            case .alreadyApplied(let start):
                placement.line = start + 1
                placement.isAlreadyApplied = true
                placed.append(Placed(number: index + 1, hunk: used[index], match: nil, placement: placement))
            default: throw rejection(places[index], index)
            }
        }
    }

    /// How far the nearest placed hunks before and after were from where they say.
    private static func shifts(around index: Int, _ places: [HunkLocator.Place], _ hunks: [Hunk]) -> [Int] {
        func shift(_ index: Int) -> Int? {
            guard case .at(let match, _) = places[index], match.rung != .reducedContext,
                let stated = hunks[index].oldStart
            else { return nil }
            return match.start - (stated - 1)
        }
        let near = 100
        let above = (max(0, index - near)..<index).reversed().lazy.compactMap(shift).first
        let below = (index + 1..<max(index + 1, min(hunks.count, index + 1 + near))).lazy.compactMap(shift).first
        let shifts = [above, below].compactMap { $0 }
        return shifts.isEmpty ? [0] : shifts
    }
}
