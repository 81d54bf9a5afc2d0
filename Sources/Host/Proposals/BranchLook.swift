import Git
import History
import Model

/// Looks at a repair's branch where no pull request says what has become of it: whether somebody has merged it by hand, deleted it
/// or pushed to it.
struct BranchLook: Sendable {
    let parts: CycleParts
    let cases: ProposalCases
    /// Told when something was merged.
    let merged: @Sendable () -> Void

    /// What is over is said and kept. The branch is the person's, and stays.
    /// - Parameter isToBeProposed: then no merge may be missed that the next cycle is still to learn of.
    /// - Returns: whether it waits still.
    func look(at item: inout ProposalCase, isToBeProposed: Bool = false) async throws(Failure) -> Bool {
        let origin = parts.origin
        let tip = try await origin.poller.tip(of: item.branch, at: origin.remote)
        let isUntouched = tip == .revision(item.commit)
        // A branch that is gone or another may have been merged a moment ago, and no cycle has seen it.
        let main =
            if isUntouched && !isToBeProposed { try await origin.repository.revision(of: origin.followed) } else {
                Optional(try await origin.fetch(try await origin.poll()))
            }
        let words: String
        let isMerged = try await isMerged(item.commit, into: main)
        if isMerged {
            item.state = .done
            words = "was merged"
            try await item.askForMore(parts.history)
        } else if isUntouched {
            return true
        } else if tip == .absent {
            // Merged in another way, or not wanted: nobody can tell from a branch.
            item.state = .done
            words = "was deleted; its commit is not part of '\(origin.branch)'"
        } else {
            item.state = .leftAlone
            words = "has commits of somebody else's: it is left alone from here on"
        }
        try await cases.keep(item)
        parts.narrator.say(LogLine("'\(item.branch)' \(words)"))
        if isMerged { merged() }
        return false
    }

    /// A commit that nothing holds any more is part of nothing.
    private func isMerged(_ commit: Revision, into main: Revision?) async throws(Failure) -> Bool {
        guard let main else { return false }
        do throws(Failure) {
            if main == commit { return true }
            return try await parts.origin.repository.isAncestor(commit, of: main)
        } catch {
            guard error.code == .gitNotFound else { throw error }
            return false
        }
    }
}

extension ProposalCase {
    /// Once it is merged: another service that its feedback wants deployed again.
    func askForMore(_ history: HistoryStore) async throws(Failure) {
        guard let name = alsoDeploys.flatMap({ ServiceName($0) }), !services.contains(name) else { return }
        try await history.restartRequested(service: name, by: ServiceActions.requester(feedback), at: .now)
    }
}
