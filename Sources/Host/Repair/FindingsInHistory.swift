import History
import Model
import Repair

/// What is wrong with services since they were last built and deployed.
struct FindingsInHistory: Sendable {
    let history: HistoryStore

    /// Findings of the newest attempt that came to an end; nothing where that went well.
    func of(_ service: ServiceName) async throws(Failure) -> OpenFindings {
        for cycle in try await history.cycles(limit: 5, service: service) {
            guard let result = try await history.cycle(cycle.id)?.services.first(where: { $0.service == service })
            else {
                continue
            }
            switch result.outcome {
            case .deployed: return OpenFindings()
            case .failed, .rolledBack:
                return OpenFindings(
                    result.stages.filter { !$0.status.allowsProgress }.flatMap(\.diagnostics), revision: cycle.revision)
            case .running, .skipped, .superseded, .interrupted: continue
            }
        }
        return OpenFindings()
    }
}
