import Model

/// Words and fields for a hunk that has no place.
extension FileChange {
    func rejection(_ place: HunkLocator.Place, _ index: Int) -> PatchRejection {
        let hunk = hunks[index]
        let which = "hunk \(index + 1) of \(hunks.count) for '\(file)' (line \(hunk.patchLine) of the patch)"
        var detail = PatchRejection.Detail(reason: .missing, file: file, hunk: index + 1, patchLine: hunk.patchLine)
        let failure: Failure
        switch place {
        case .ambiguous(let places):
            detail.reason = .ambiguous
            detail.candidates = places.prefix(20).map { $0 + 1 }
            let list = places.prefix(10).map { String($0 + 1) }.joined(separator: ", ")
            failure = Failure(
                .ambiguous, "\(which) fits in \(places.count) places: lines \(list)",
                remedy: "give more lines of context, the function behind @@, or the commit that the patch was made from"
            )
        case .needsContext:
            detail.reason = .needsContext
            failure = Failure(
                .conflict, "\(which) inserts lines and shows no line around them",
                remedy: "make the diff with at least one line of context")
        case .outside(let start, let hint):
            detail.reason = .outside
            detail.candidates = [start + 1]
            failure = Failure(
                .conflict, "\(which) fits at line \(start + 1) alone, which is not in '\(hint)'",
                remedy: "make the diff against the file as it is now, or correct the text behind @@")
        case .doubled(let start):
            detail.reason = .doubled
            detail.candidates = [start + 1]
            failure = Failure(
                .ambiguous, "\(which) adds lines that stand there already, at line \(start + 1)",
                remedy: "show a line of context on both sides if they shall stand there twice")
        case .exhausted:
            detail.reason = .exhausted
            failure = Failure(
                .conflict, "too many hunks for '\(file)' do not stand where they say",
                remedy: "make the diff against the file as it is now, or send smaller patches")
        default: return missing(hunk, which, detail)
        }
        return PatchRejection(failure: failure, detail: detail)
    }

    private func missing(_ hunk: Hunk, _ which: String, _ detail: PatchRejection.Detail) -> PatchRejection {
        var detail = detail
        let lines = locator.lines
        let old = hunk.lines.filter { $0.kind != .addition }
        guard let near = locator.nearest(old, stated: hunk.oldStart ?? 1) else {
            return PatchRejection(
                failure: Failure(
                    .conflict, "\(which) does not fit: no line of it is in the file",
                    remedy: "check that the patch names the right file"),
                detail: detail)
        }
        let around = max(0, near.difference - 2)..<min(lines.count, near.difference + 3)
        detail.candidates = [near.start + 1]
        detail.line = near.difference + 1
        detail.firstLine = around.lowerBound + 1
        detail.found = around.map { PatchReader.shown(Array(lines[$0])) }
        let offset = near.difference - near.start
        detail.expected = old.indices.contains(offset) ? PatchReader.shown(old[offset].bytes) : ""
        let numbered = zip(around, detail.found).map { "\($0 + 1): \($1)" }.joined(separator: "\n")
        let cause =
            "nearest at line \(near.start + 1); line \(near.difference + 1) should read '\(detail.expected ?? "")'; "
            + "the file has\n" + numbered
        return PatchRejection(
            failure: Failure(
                .conflict, "\(which) does not fit", remedy: "make the diff against the file as it is now", cause: cause),
            detail: detail)
    }
}
