import Model
import Repair

/// Looks after repairs on branches of their own, with a forge or without one.
protocol ProposalCare: Sendable {
    /// Takes a verdict that proposes into care.
    func proposed(_ verdict: Verdict, _ feedback: Feedback) async throws(Failure)
    /// Goes on with everything that is not over. Returns when to look again; nil where nothing is open.
    func step() async -> Duration?
}
