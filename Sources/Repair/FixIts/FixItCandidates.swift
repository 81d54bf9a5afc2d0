import Diagnostics
package import Model

/// What of a compiler's own proposals is worth a try before any coder is asked. Pure: whoever calls it applies a candidate
/// in the verification worktree and believes it when it is proven.
package enum FixItCandidates {
    /// One build each; who has so many different errors has another problem.
    package static let limit = 12

    /// Candidates in the order in which to try them: all errors' fix-its together; each error's alone; then the same with
    /// those that drop a value (`_ = `).
    ///
    /// Fix-its of one error are taken together or not at all. Left out are those with a hole in them, those that only
    /// silence (`!`, `try?`, `as!`, `nonisolated(unsafe)`; see Documentation/FixIts.md), those of warnings and
    /// notes, and those for files that are not the service's own.
    /// - Parameters:
    ///   - diagnostics: of one failed build, with paths as `PathMapper` makes them.
    ///   - mayEdit: asked for each file; a guard's say.
    package static func propose(_ diagnostics: [Diagnostic], mayEdit: (String) -> Bool = { _ in true })
        -> [FixItCandidate]
    {
        var whole: [Diagnostic] = []
        var discarding: [Diagnostic] = []
        for error in diagnostics where error.isError && isUsable(error, mayEdit) {
            switch FixItNature(error.fixIts) {
            case .whole: whole.append(error)
            case .discarding: discarding.append(error)
            case .unfinished, .silencing: continue
            }
        }
        var found: [FixItCandidate] = []
        for errors in [whole, discarding.isEmpty ? [] : whole + discarding] where !errors.isEmpty {
            for candidate in [union(errors)] + errors.map({ union([$0]) })
            where !candidate.fixIts.isEmpty && !found.contains(where: { $0.fixIts == candidate.fixIts }) {
                found.append(candidate)
            }
        }
        return Array(found.prefix(limit))
    }

    private static func isUsable(_ error: Diagnostic, _ mayEdit: (String) -> Bool) -> Bool {
        !error.fixIts.isEmpty
            && error.fixIts.allSatisfy { fixIt in
                !fixIt.file.hasPrefix("/") && !fixIt.file.hasPrefix("../") && !fixIt.file.hasPrefix(".build/")
                    && fixIt.isOrdered && mayEdit(fixIt.file)
            }
    }

    /// Of errors that want to change the same place the first one has its way. What two of them want alike is done once.
    private static func union(_ errors: [Diagnostic]) -> FixItCandidate {
        var taken: [FixIt] = []
        var kept: [Diagnostic] = []
        for error in errors {
            let own = error.fixIts.reduce(into: [FixIt]()) { if !$0.contains($1) { $0.append($1) } }
            let new = own.filter { !taken.contains($0) }
            let clashes = new.enumerated().contains { index, fixIt in
                taken.contains { $0.overlaps(fixIt) } || new[..<index].contains { $0.overlaps(fixIt) }
            }
            guard !clashes else { continue }
            taken += new
            kept.append(error)
        }
        return FixItCandidate(fixIts: taken.sorted { $0.precedes($1) }, errors: kept)
    }
}

extension FixIt {
    fileprivate var start: (Int, Int) { (startLine, startColumn) }
    fileprivate var end: (Int, Int) { (endLine, endColumn) }

    fileprivate var isOrdered: Bool { startLine > 0 && startColumn > 0 && start <= end }

    private var isInsertion: Bool { start == end }

    /// Two insertions at one place overlap as well, for their order would be a guess. Except for one: `try` comes before
    /// `await`, and a call that lacks both is two errors.
    fileprivate func overlaps(_ other: FixIt) -> Bool {
        guard file == other.file else { return false }
        if isInsertion || other.isInsertion, start == other.start {
            return !(isInsertion && other.isInsertion && effects(other) == ["try ", "await "])
        }
        return start < other.end && other.start < end
    }

    private func effects(_ other: FixIt) -> [String] {
        [replacement, other.replacement].sorted(by: >)
    }

    /// By file, then by place; of `try` and `await` at one place `try` is the first.
    fileprivate func precedes(_ other: FixIt) -> Bool {
        if file != other.file { return file < other.file }
        if start != other.start { return start < other.start }
        return end == other.end ? replacement > other.replacement : end < other.end
    }
}
