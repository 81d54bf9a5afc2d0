import History
import MCP
import Model

/// What came of an action that was accepted: read from the cycles that were due because of it, and kept where none was.
struct ActionOutcome: Hashable, Sendable {
    enum State: String, Sendable {
        /// Its cycle has not come yet.
        case pending
        case running
        case done, failed
        /// No cycle carries it out any more, or nobody knows of one.
        case dropped
    }

    var state: State
    var cycle: Int64?
    /// One sentence.
    var text: String

    var isFinal: Bool { state != .pending && state != .running }

    var document: JSONValue {
        var members: [String: JSONValue] = ["state": .string(state.rawValue), "text": .string(text)]
        if let cycle { members["cycle"] = .integer(cycle) }
        return .object(members)
    }

    /// - Returns: nil for what is no accepted action.
    static func of(_ verdict: Verdict, _ history: HistoryStore) async throws(Failure) -> ActionOutcome? {
        guard verdict.decision == .accepted, !verdict.isDryRun, let name = verdict.action,
            let action = Feedback.Action(rawValue: name), let service = verdict.service ?? verdict.services.first
        else { return nil }
        // Nothing but a note, and written with the verdict.
        if action == .pause || action == .resume { return ActionOutcome(state: .done, text: "done at once") }
        // Looked at first: what is carried out meanwhile is found below.
        let operations = ServiceOperations(history: history)
        let isPending = try await operations.isPending(verdict.feedback)
        if let why = try await operations.whyDropped(verdict.feedback) {
            return ActionOutcome(state: .dropped, text: "dropped: \(why)")
        }
        let requester = ServiceActions.requester(verdict.feedback)
        // A restart, too, that a deployment was to stand for.
        let fate = try await history.fate(of: service, askedBy: requester)
        let operation = fate == nil ? try await history.cycle(of: service, askedBy: requester) : nil
        if let cycle = fate?.cycle ?? operation,
            let result = try await history.cycle(cycle)?.services.first(where: { $0.service == service })
        {
            return of(result, action, cycle)
        }
        if let fate, let end = fate.end {
            return ActionOutcome(
                state: fate.isDeployed == true ? .done : .failed, text: "\(end), which is no longer kept")
        }
        return isPending || fate != nil
            ? ActionOutcome(state: .pending, text: "its cycle has not come yet")
            : ActionOutcome(state: .dropped, text: "over: what came of it is no longer kept")
    }

    private static func of(_ result: ServiceResult, _ action: Feedback.Action, _ cycle: Int64) -> ActionOutcome {
        let isWell = result.outcome == .deployed || result.outcome == .rolledBack && action == .rollback
        switch result.outcome {
        case .running: return ActionOutcome(state: .running, cycle: cycle, text: "cycle \(cycle) is at it")
        case .interrupted, .superseded, .skipped:
            return ActionOutcome(
                state: .pending, cycle: cycle, text: "cycle \(cycle) did not get to it (\(result.outcome.rawValue))")
        case _ where isWell:
            let health = result.stages.last { $0.stage == .health }
            let words = health?.status == .ok ? "healthy" : "nothing looks at its health"
            return ActionOutcome(state: .done, cycle: cycle, text: "carried out in cycle \(cycle): \(words)")
        default:
            let failed = result.stages.last { !$0.status.allowsProgress }
            let why = failed.map { "\($0.stage.rawValue): \($0.summary)" } ?? result.note ?? result.outcome.rawValue
            return ActionOutcome(state: .failed, cycle: cycle, text: "failed in cycle \(cycle): \(why)")
        }
    }
}
