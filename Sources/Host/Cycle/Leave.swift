import History
import Model
import Settings
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Takes leave of services: their processes are stopped, and what is known of them is forgotten. Their releases stay.
struct Leave: Sendable {
    let layout: WorkspaceLayout
    let history: HistoryStore
    let supervise: ServiceControl

    func take(of service: ServiceName) async throws(Failure) {
        for name in try await supervise.list().keys where name.service == service { try await supervise.remove(name) }
        try await history.forget(service)
    }

    /// Asks the running daemon, which alone writes the history, to take leave of a service.
    static func ask(_ service: ServiceName, _ layout: WorkspaceLayout) throws(Failure) {
        try Folder.make("\(layout.leaving)/\(service.fileName)")
    }

    /// Does what was asked for. Returns the services that are gone.
    func carryOut() async throws(Failure) -> [ServiceName] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: layout.leaving)) ?? []).sorted()
        var gone: [ServiceName] = []
        for file in names {
            if let name = SupervisedName(fileName: file)?.service {
                try await take(of: name)
                gone.append(name)
            }
            try Folder.remove("\(layout.leaving)/\(file)")
        }
        return gone
    }
}
