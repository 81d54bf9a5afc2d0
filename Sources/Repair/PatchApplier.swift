package import Model

/// Applies the hunks of one file in memory: all of them or none.
package struct PatchApplier {
    package struct Applied: Hashable, Sendable {
        package var content: [UInt8]
        package var placements: [Verdict.Placement]
        /// Every hunk found its result already there.
        package var isUnchanged: Bool
    }

    /// Line comparisons that searching for hunks may take, for one file: some seconds' worth.
    private static let searchLimit = 10_000_000

    /// Throws `feedback.conflict` with the first differing line, five numbered lines around it and the candidates.
    package static func apply(_ hunks: [UnifiedDiff.Hunk], to content: [UInt8], file: String) throws(Failure) -> Applied
    {
        let lines = split(content)
        var result: [[UInt8]] = []
        var placements: [Verdict.Placement] = []
        var cursor = 0
        var shift = 0
        var changed = false
        var searched = 0
        for (index, hunk) in hunks.enumerated() {
            if !HunkLocator.isAtItsPlace(hunk, in: lines, from: cursor, shift: shift) {
                searched += lines.count - cursor
                guard searched <= searchLimit else { throw tooMuchToSearch(file) }
            }
            let place = HunkLocator.locate(hunk, in: lines, from: cursor, shift: shift)
            switch place {
            case .at(let start, _) where start < cursor, .alreadyApplied(let start) where start < cursor:
                throw failure(
                    .missing(candidate: nil, firstDifference: nil), hunk: hunk, number: index + 1, of: hunks.count,
                    lines: lines, file: file)
            case .at(let start, let isStated):
                result += lines[cursor..<start]
                result += hunk.new
                cursor = start + hunk.old.count
                shift = start - max(hunk.oldStart - 1, 0)
                changed = true
                placements.append(
                    .init(
                        file: file, statedLine: hunk.oldStart, appliedLine: start + 1,
                        method: isStated ? "exact" : shift == 0 ? "exact" : "offset \(shift > 0 ? "+" : "")\(shift)"))
            case .alreadyApplied(let start):
                let end = start + hunk.new.count
                result += lines[cursor..<end]
                cursor = end
                // What follows is as far off as this, and by what the hunk has added or removed already.
                shift = start - max(hunk.oldStart - 1, 0) + hunk.new.count - hunk.old.count
                placements.append(
                    .init(
                        file: file, statedLine: hunk.oldStart, appliedLine: start + 1, method: "already applied"))
            case .ambiguous, .missing, .needsContext:
                throw failure(place, hunk: hunk, number: index + 1, of: hunks.count, lines: lines, file: file)
            }
        }
        result += lines[cursor...]
        try refuseJoinedLines(result, file: file)
        return Applied(content: Array(result.joined()), placements: placements, isUnchanged: !changed)
    }

    /// `\ No newline at end of file` in a hunk that ends up in the middle would glue two lines together.
    private static func refuseJoinedLines(_ lines: [[UInt8]], file: String) throws(Failure) {
        guard let place = lines.dropLast().firstIndex(where: { $0.last != UInt8(ascii: "\n") }) else { return }
        throw Failure(
            .conflict,
            "line \(place + 1) of '\(file)' would lose its end and be joined with the next: '\(readable(lines[place]))'",
            remedy: "write '\\ No newline at end of file' only below the last line of the file")
    }

    private static func tooMuchToSearch(_ file: String) -> Failure {
        Failure(
            .conflict, "too many hunks for '\(file)' do not stand where they say",
            remedy: "make the diff against the file as it is now, or send smaller patches")
    }

    /// Lines with their ends; the last may have none.
    static func split(_ content: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        for (index, byte) in content.enumerated() where byte == UInt8(ascii: "\n") {
            lines.append(Array(content[start...index]))
            start = index + 1
        }
        if start < content.count { lines.append(Array(content[start...])) }
        return lines
    }

    private static func failure(
        _ place: HunkLocator.Place, hunk: UnifiedDiff.Hunk, number: Int, of count: Int, lines: [[UInt8]], file: String
    ) -> Failure {
        let which = "hunk \(number) of \(count) for '\(file)' (line \(hunk.patchLine) of the patch)"
        switch place {
        case .ambiguous(let places):
            let list = places.prefix(10).map { String($0 + 1) }.joined(separator: ", ")
            return Failure(
                .ambiguous, "\(which) fits in \(places.count) places: lines \(list)",
                remedy: "give more lines of context or the right line number")
        case .needsContext:
            return Failure(
                .conflict, "\(which) inserts lines and shows no line around them",
                remedy: "make the diff with at least one line of context")
        case .missing(let candidate?, let difference):
            let at = difference ?? candidate
            let around = (max(0, at - 2)..<min(lines.count, at + 3)).map { "\($0 + 1): \(readable(lines[$0]))" }
            let expected = hunk.old.indices.contains(at - candidate) ? readable(hunk.old[at - candidate]) : ""
            var cause = "nearest at line \(candidate + 1); line \(at + 1) should read '\(expected)'; the file has\n"
            cause += around.joined(separator: "\n")
            return Failure(
                .conflict, "\(which) does not fit\(lineEndHint(hunk, lines))",
                remedy: "make the diff against the file as it is now", cause: cause)
        default:
            return Failure(
                .conflict,
                "\(which) does not fit: no line of it is in the file\(lineEndHint(hunk, lines))",
                remedy: "check that the patch names the right file")
        }
    }

    /// The commonest reason for a hunk that looks right and does not fit.
    private static func lineEndHint(_ hunk: UnifiedDiff.Hunk, _ lines: [[UInt8]]) -> String {
        let fileIsCRLF = lines.first?.suffix(2) == [13, 10]
        let patchIsCRLF = hunk.old.first?.suffix(2) == [13, 10]
        guard fileIsCRLF != patchIsCRLF else { return "" }
        return fileIsCRLF
            ? " (the file ends its lines with CR LF, the patch with LF)"
            : " (the patch ends its lines with CR LF, the file with LF)"
    }

    private static func readable(_ line: [UInt8]) -> String {
        String(decoding: line, as: UTF8.self).filter { !$0.isNewline && $0 != "\r\n" }
    }
}
