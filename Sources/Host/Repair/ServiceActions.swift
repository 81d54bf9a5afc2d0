import History
import Model
import Repair

/// Writes down what a feedback asks for; the next cycle does it.
struct ServiceActions: RepairActions {
    let history: HistoryStore
    let operations: ServiceOperations

    /// What an action, or what is to be deployed beside a patch, is asked for by; its outcome is looked up by it.
    static func requester(_ feedback: String) -> String { "feedback '\(feedback)'" }

    func take(_ action: Feedback.Action, of service: Service, feedback: String) async throws(Failure) -> String {
        let name = service.name
        let requester = Self.requester(feedback)
        switch action {
        case .redeploy:
            try await history.restartRequested(service: name, by: requester, at: .now)
            return "the next cycle builds and deploys '\(name)' again"
        case .restart, .rollback:
            guard let release = try await history.states()[name]?.deployed else {
                throw Failure(
                    .refused, "nothing of '\(name)' is deployed", remedy: "`host status` lists what is")
            }
            let isRollback = action == .rollback
            try await operations.ask(
                ServiceOperation(
                    action: isRollback ? .rollback : .restart, service: name, requester: requester,
                    revision: release.revision), id: feedback)
            return isRollback
                ? "the next cycle takes '\(name)' back from \(release.revision.short) to the release before"
                : "the next cycle starts '\(name)' anew"
        case .pause:
            try await operations.pause(name, by: requester)
            return "nothing of '\(name)' is deployed until it is resumed; what runs goes on"
        case .resume:
            return try await operations.resume(name)
                ? "'\(name)' is deployed again as always" : "'\(name)' was not paused"
        }
    }
}
