import History
import Model
import Repair

/// Where no forge is known: remembers repairs that were pushed to branches, for `host status`, and notices when somebody has
/// merged or deleted one. The branch is the person's, and stays.
actor BranchKeeper: ProposalCare {
    private let parts: CycleParts
    private let cases: ProposalCases
    private let interval: Duration
    private let branches: BranchLook
    private var toldFailure: String?
    /// Of the text that a forge gets if one is known later: GitHub's limit, the smallest.
    private static let text = 65_536

    /// - Parameters:
    ///   - interval: between two looks at what waits.
    ///   - merged: told when something was.
    init(parts: CycleParts, interval: Duration, merged: @escaping @Sendable () -> Void) {
        self.parts = parts
        self.interval = min(max(interval, .seconds(5)), .seconds(300))
        cases = ProposalCases(history: parts.history)
        branches = BranchLook(parts: parts, cases: cases, merged: merged)
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
        var failures: [Failure] = []
        var isWaiting = false
        do throws(Failure) {
            for var item in try await cases.all() where item.state == .waitsForMerge {
                // Of one branch that cannot be looked at the others know nothing.
                do throws(Failure) { isWaiting = try await branches.look(at: &item) || isWaiting } catch {
                    failures.append(error)
                }
            }
        } catch {
            failures.append(error)
        }
        let words = failures.isEmpty ? nil : Set(failures.map(\.message)).sorted().joined(separator: "; ")
        if let words, words != toldFailure {
            parts.narrator.say(LogLine("branches cannot be looked after: \(words)", level: .warning))
        }
        toldFailure = words
        return isWaiting || !failures.isEmpty ? interval : nil
    }
}
