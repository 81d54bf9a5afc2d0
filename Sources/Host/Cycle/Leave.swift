import Git
import History
import Model
import Pipeline
import Settings
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Takes leave of services: processes that are kept running for them are ended, and what is known of them is forgotten.
/// Their releases stay, and so does whatever only their plugin could stop.
struct Leave: Sendable {
    let layout: WorkspaceLayout
    let history: HistoryStore
    let supervise: ServiceControl
    let restart: RestartCommand

    /// What it would come to.
    func prospect(of service: ServiceName) async throws(Failure) -> Farewell {
        let state = try await history.states()[service]
        let meaning = try await KnownServices.load(history).meanings[service]
        let supervised = try await supervise.list().filter { $0.key.service == service }
        let releases = layout.releases(service)
        return Farewell(
            service: service,
            running: supervised.filter { [.running, .backoff].contains($0.value.state) }.keys.sorted {
                $0.description < $1.description
            },
            wasSupervised: !supervised.isEmpty,
            isLive: state?.deployed != nil || state?.failure?.mayBeLive == true,
            isCompanion: meaning?.isCompanion == true, kind: meaning?.kind,
            script: restart.exists(for: service) ? restart.path(for: service) : nil,
            releases: FileManager.default.fileExists(atPath: releases) ? releases : nil)
    }

    @discardableResult
    func take(of service: ServiceName) async throws(Failure) -> Farewell {
        let farewell = try await prospect(of: service)
        for name in try await supervise.list().keys where name.service == service { try await supervise.remove(name) }
        try await history.forget(service)
        // Where patches for it were tried; what cannot be removed now is in nobody's way.
        try? Folder.remove(layout.verificationFolder(service))
        try? await GitWorktree(repository: layout.root, at: layout.verificationWorktree(service)).remove()
        return farewell
    }

    /// Asks the running daemon to take leave of a service.
    static func ask(_ service: ServiceName, _ layout: WorkspaceLayout) throws(Failure) {
        try ServiceRequests(folder: layout.leaving).ask(for: service)
    }

    /// Does what was asked for. Returns what it came to, for each service that is gone.
    func carryOut() async throws(Failure) -> [Farewell] {
        try await ServiceRequests(folder: layout.leaving).carryOut { service async throws(Failure) in
            try await take(of: service)
        }
    }
}
