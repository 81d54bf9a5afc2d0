import Git
import History
import Model
import Repair

/// Where no forge is known: remembers repairs that were pushed to branches, for `host status`, and notices when somebody has
/// merged or deleted one. The branch is the person's, and stays.
actor BranchKeeper: ProposalCare {
    private let parts: CycleParts
    private let cases: ProposalCases
    private let interval: Duration
    private let merged: @Sendable () -> Void
    private var toldFailure: String?
    /// Of the text that a forge gets if one is known later: GitHub's limit, the smallest.
    private static let text = 65_536

    /// - Parameters:
    ///   - interval: between two looks at what waits.
    ///   - merged: told when something was.
    init(parts: CycleParts, interval: Duration, merged: @escaping @Sendable () -> Void) {
        self.parts = parts
        self.merged = merged
        self.interval = min(max(interval, .seconds(5)), .seconds(300))
        cases = ProposalCases(history: parts.history)
    }

    func proposed(_ verdict: Verdict, _ feedback: Feedback) async throws(Failure) {
        guard var item = try await ProposalCase.made(of: verdict, feedback, parts, limit: Self.text) else { return }
        item.state = .waitsForMerge
        try await cases.keep(item)
        parts.narrator.say(
            LogLine(
                "'\(item.branch)' waits for somebody to merge it into '\(parts.origin.branch)' by hand: no forge is known that could be asked"
            ))
    }

    func step() async -> Duration? {
        do throws(Failure) {
            var isWaiting = false
            for item in try await cases.all() where item.state == .waitsForMerge {
                isWaiting = try await look(at: item) || isWaiting
            }
            toldFailure = nil
            return isWaiting ? interval : nil
        } catch {
            if toldFailure != error.message {
                parts.narrator.say(LogLine("branches cannot be looked after: \(error)", level: .warning))
            }
            toldFailure = error.message
            return interval
        }
    }

    /// - Returns: whether it waits still.
    private func look(at item: ProposalCase) async throws(Failure) -> Bool {
        var item = item
        let tip = try await parts.origin.poller.tip(of: item.branch, at: parts.origin.remote)
        let words: String
        let isMerged = try await isMerged(item.commit)
        if isMerged {
            item.state = .done
            words = "was merged"
            if let name = item.alsoDeploys.flatMap({ ServiceName($0) }), !item.services.contains(name) {
                try await parts.history.restartRequested(service: name, by: "feedback '\(item.feedback)'", at: .now)
            }
        } else if tip == .absent {
            // Merged in another way, or not wanted: nobody can tell from a branch.
            item.state = .done
            words = "was deleted; its commit is not part of '\(parts.origin.branch)'"
        } else if tip != .revision(item.commit) {
            item.state = .leftAlone
            words = "has commits of somebody else's: it is left alone from here on"
        } else {
            return true
        }
        try await cases.keep(item)
        parts.narrator.say(LogLine("'\(item.branch)' \(words)"))
        if isMerged { merged() }
        return false
    }

    /// Whether the commit that is followed has it in its history.
    private func isMerged(_ commit: Revision) async throws(Failure) -> Bool {
        guard let main = try await parts.origin.repository.revision(of: parts.origin.followed) else { return false }
        if main == commit { return true }
        return try await parts.origin.repository.isAncestor(commit, of: main)
    }
}
