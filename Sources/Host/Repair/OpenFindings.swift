import History
import Model

/// What is wrong with services since they were last built and deployed.
struct OpenFindings: Sendable {
    let history: HistoryStore

    /// Findings of the newest attempt that came to an end; nothing where that went well.
    func of(_ service: ServiceName) async throws(Failure) -> [Diagnostic] {
        for cycle in try await history.cycles(limit: 5, service: service) {
            guard let result = try await history.cycle(cycle.id)?.services.first(where: { $0.service == service })
            else {
                continue
            }
            switch result.outcome {
            case .deployed: return []
            case .failed, .rolledBack:
                return result.stages.filter { !$0.status.allowsProgress }.flatMap(\.diagnostics)
            case .running, .skipped, .superseded, .interrupted: continue
            }
        }
        return []
    }
}
