import Git
import Model
import Settings

/// `deployer.yaml` as it stands in the commit under consideration; the last good one while it cannot be used.
actor WorkspaceConfiguration {
    private let repository: GitRepository
    private let store: ConfigurationStore
    private let resolve: @Sendable (DeployerConfiguration) throws(ConfigurationProblems) -> DaemonSettings
    private let warn: @Sendable (ConfigurationProblems) -> Void
    private var settings: DaemonSettings
    private var loaded: ObjectID?
    private var isRead = false
    /// Put together once for each reading: a workspace may have a thousand services.
    private var services: [(service: Service, digest: String)]?
    /// Changes with each reading that says something else.
    private(set) var reading = 0

    /// - Parameters:
    ///   - resolve: the settings under a configuration; flags and environment are stronger and stay.
    ///   - warn: told once of each file that cannot be used.
    init(
        repository: GitRepository, store: ConfigurationStore, settings: DaemonSettings,
        resolve: @escaping @Sendable (DeployerConfiguration) throws(ConfigurationProblems) -> DaemonSettings,
        warn: @escaping @Sendable (ConfigurationProblems) -> Void
    ) {
        self.repository = repository
        self.store = store
        self.settings = settings
        self.resolve = resolve
        self.warn = warn
    }

    /// The settings under the configuration that was read last.
    var current: DaemonSettings { settings }
    /// What `deployer.yaml` says.
    var file: DeployerConfiguration { store.current }

    /// The plugins that the file that was read last names; the last good one's where it cannot be used.
    nonisolated var plugins: [NamedPlugin] { store.current.plugins }

    /// What is wrong with the file that was read last.
    nonisolated var problems: ConfigurationProblems? { store.problems }

    /// Where a service's entry says something; nil where the file does not name the service.
    nonisolated func place(of service: ServiceName, _ pointer: String) -> String? {
        store.current.place(of: service, pointer)
    }

    /// The services with their digests; nil when the plugins are to recognise them.
    func services(at revision: Revision) async throws(Failure) -> [(service: Service, digest: String)]? {
        try await read(at: revision)
        let configuration = store.current
        // Before there was a good one there is nothing to go by: what an unreadable file means is not guessed at.
        if let problems = store.problems, !store.isGood { throw problems.failure }
        guard configuration.namesServices else { return nil }
        if let services { return services }
        let digests = configuration.digests
        let fresh = configuration.services(settings).map { (service: $0, digest: digests[$0.name] ?? "") }
        services = fresh
        return fresh
    }

    private func read(at revision: Revision) async throws(Failure) {
        let entry = try await repository.entry(at: WorkspaceLayout.configurationName, in: revision)
        guard !isRead || entry?.id != loaded else { return }
        var bytes: [UInt8]?
        if let entry { bytes = try await repository.content(of: entry.id, named: entry.path) }
        let before = store.current
        switch store.load(bytes) {
        case .unchanged: break
        case .refused(let problems): warn(problems)
        case .changed(let fresh):
            do throws(ConfigurationProblems) {
                settings = try resolve(fresh)
            } catch {
                // The values are fine by themselves but not together with the environment's.
                warn(error)
                settings = (try? resolve(before)) ?? settings
            }
        }
        loaded = entry?.id
        isRead = true
        services = nil
        reading += 1
    }
}
