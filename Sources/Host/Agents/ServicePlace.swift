import Git
import History
import Model
import Pipeline
import Settings

/// In which repository the sources of a service are, and where in it.
struct ServicePlace: Sendable {
    /// The folder of the repository on this machine.
    var repository: String
    /// From the repository's root; empty is the root itself.
    var folder: String
    /// Has a repository of its own.
    var isElsewhere: Bool

    /// As the configuration names it, or as the last plan recognised it; nil for a service that nobody knows.
    static func find(
        _ service: ServiceName, _ store: ConfigurationStore, _ settings: DaemonSettings, _ layout: WorkspaceLayout
    )
        async throws(Failure) -> ServicePlace?
    {
        if store.current.namesServices,
            let known = store.current.services(settings).first(where: { $0.name == service })
        {
            return known.remote == nil
                ? ServicePlace(repository: layout.root, folder: known.path, isElsewhere: false)
                : ServicePlace(repository: layout.clone(service), folder: known.path, isElsewhere: true)
        }
        let history: HistoryStore
        do throws(Failure) { history = try await HistoryStore.openReadOnly(at: layout.history) } catch {
            guard error.code.rawValue == "history.none" else { throw error }
            return nil
        }
        let known = try? await KnownServices.load(history)
        await history.close()
        guard let folder = known?.meanings[service]?.folder else { return nil }
        // A service with a repository of its own is written down as `url#folder`.
        if let mark = folder.lastIndex(of: "#") {
            return ServicePlace(
                repository: layout.clone(service), folder: String(folder[folder.index(after: mark)...]),
                isElsewhere: true)
        }
        return ServicePlace(repository: layout.root, folder: folder, isElsewhere: false)
    }
}
