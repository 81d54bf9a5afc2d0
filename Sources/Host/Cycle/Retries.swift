import History
import Model
import Settings
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Services that the operator wants to be tried again: what broke them lay outside, and is mended.
struct Retries: Sendable {
    let layout: WorkspaceLayout
    let history: HistoryStore

    /// As plans and reports name who asked.
    static let requester = "the operator, with `host retry`"

    func take(up service: ServiceName) async throws(Failure) {
        try await history.restartRequested(service: service, by: Self.requester, at: .now)
    }

    /// Asks the running daemon.
    static func ask(_ service: ServiceName, _ layout: WorkspaceLayout) throws(Failure) {
        try ServiceRequests(folder: layout.retrying).ask(for: service)
    }

    /// Writes down what was asked for. Returns the services.
    func carryOut() async throws(Failure) -> [ServiceName] {
        try await ServiceRequests(folder: layout.retrying).carryOut { service async throws(Failure) in
            try await take(up: service)
            return service
        }
    }
}
