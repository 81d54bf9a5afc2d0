import Documents
package import Model

/// What a `deployer.yaml` says, checked.
package struct DeployerConfiguration: Hashable, Sendable {
    /// A service with what its entry leaves open.
    struct Entry: Hashable, Sendable {
        var service: Service
        var openHealth: Set<OpenHealth> = []
        var coder: ServiceCoder?
        /// Of the entry as it stands in the file, defaults not included.
        var digest: String
    }
    /// A part of a health check that the settings decide.
    enum OpenHealth: Hashable, Sendable { case interval, timeout, attempts }

    /// A setting with the place where it stands.
    struct Placed: Hashable, Sendable {
        var value: SettingValue
        var position: SourcePosition
    }

    /// nil where the file names none.
    var entries: [Entry]?
    /// Plugins from git that the workspace wants.
    package var plugins: [NamedPlugin]
    var settings: [Setting.ID: Placed]
    /// For messages alone: the same values in other places are the same configuration.
    var places: [ServiceName: ServicePlaces] = [:]
    /// How the file was called by whoever read it.
    package var source: String

    init(
        entries: [Entry]? = nil, plugins: [NamedPlugin] = [], settings: [Setting.ID: Placed] = [:], source: String
    ) {
        self.entries = entries
        self.plugins = plugins
        self.settings = settings
        self.source = source
    }

    /// What holds without a file: no settings, and the services are detected.
    package static let none = DeployerConfiguration(source: WorkspaceLayout.configurationName)

    /// False: each folder under `repos/` is to be offered to the plugins.
    package var namesServices: Bool { entries != nil }

    /// The services in the order of the file, with the health defaults of the settings in place of what they leave open.
    package func services(_ settings: DaemonSettings) -> [Service] {
        (entries ?? []).map { entry in
            var service = entry.service
            guard var health = service.health else { return service }
            if entry.openHealth.contains(.interval) { health.interval = .init(settings.probeInterval) }
            if entry.openHealth.contains(.timeout) { health.timeout = .init(settings.probeTimeout) }
            if entry.openHealth.contains(.attempts) { health.attempts = settings.probeAttempts }
            service.health = health
            return service
        }
    }

    /// Where a service's entry says something: `deployer.yaml:4:11`; nil where the file does not name the service.
    /// - Parameter pointer: a JSON Pointer within the entry, such as `/kind` or `/options/engine`.
    package func place(of service: ServiceName, _ pointer: String) -> String? {
        places[service]?.position(of: pointer).map { "\(source):\($0.line):\($0.column)" }
    }

    /// This configuration with another one's word on a setting.
    package func taking(_ setting: Setting.ID, from other: DeployerConfiguration) -> DeployerConfiguration {
        var result = self
        result.settings[setting] = other.settings[setting]
        return result
    }

    /// For `Fingerprint.configuration`: changes when the service's own entry says something else. Changed defaults, another
    /// order, comments, inputs and dependencies do not change it. "" for a service that the file does not name.
    package func digest(of service: ServiceName) -> String {
        entries?.first { $0.service.name == service }?.digest ?? ""
    }

    /// All of them at once; see `digest(of:)`.
    package var digests: [ServiceName: String] {
        Dictionary((entries ?? []).map { ($0.service.name, $0.digest) }) { first, _ in first }
    }

    package static func == (left: Self, right: Self) -> Bool {
        // Places and the file's name are for messages; the same values are the same configuration.
        left.entries == right.entries && left.plugins == right.plugins
            && left.settings.mapValues(\.value) == right.settings.mapValues(\.value)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(entries)
        hasher.combine(plugins)
        hasher.combine(settings.mapValues(\.value))
    }
}
