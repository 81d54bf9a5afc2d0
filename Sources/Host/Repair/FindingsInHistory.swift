import History
import Model
import Repair

/// What is wrong with services since they were last built and deployed.
struct FindingsInHistory: Sendable {
    let history: HistoryStore

    /// Findings of the newest attempt that came to an end; nothing where that went well. That it was started anew or taken back,
    /// because somebody asked for it, is none: what is wrong with its sources still is.
    func of(_ service: ServiceName) async throws(Failure) -> OpenFindings {
        for cycle in try await history.cycles(limit: Self.looked, service: service) {
            guard let result = try await history.cycle(cycle.id)?.services.first(where: { $0.service == service }),
                !Self.isOperation(result)
            else {
                continue
            }
            switch result.outcome {
            case .deployed: return OpenFindings()
            case .failed, .rolledBack:
                return OpenFindings(
                    result.stages.filter { !$0.status.allowsProgress }.flatMap { outcome in
                        outcome.diagnostics.map { diagnostic in
                            var diagnostic = diagnostic
                            if diagnostic.stage == nil { diagnostic.stage = outcome.stage }
                            return diagnostic
                        }
                    }, revision: cycle.revision)
            case .running, .skipped, .superseded, .interrupted: continue
            }
        }
        return OpenFindings()
    }

    private static let looked = 50

    /// Whether it begins with the stage that somebody asked for; a deployment builds or deploys first.
    private static func isOperation(_ result: ServiceResult) -> Bool {
        result.stages.first.map { [.restart, .rollback].contains($0.stage) } ?? false
    }
}
