/// What the host lends to plugins, put together once by the composition root.
package struct HostServices: Sendable {
    package var process: (any ProcessService)?
    package var http: (any HTTPService)?
    package var streams: (any HTTPStreamService)?
    package var secrets: (any SecretService)?
    package var supervise: (any SuperviseService)?
    /// What shuts in the commands of requests that want it; nil where it is not installed.
    package var confinement: StageConfinement?
    package var masker: SecretMasker
    /// The daemon's environment; children get what `ChildEnvironment` lets through.
    package var environment: [String: String]
    /// Ids of the plugins that may see secrets in plain text, when their description asks for it.
    package var plainSecretPlugins: Set<String>

    package init(
        process: (any ProcessService)? = nil, http: (any HTTPService)? = nil,
        streams: (any HTTPStreamService)? = nil, secrets: (any SecretService)? = nil,
        supervise: (any SuperviseService)? = nil, confinement: StageConfinement? = nil,
        masker: SecretMasker = SecretMasker(),
        environment: [String: String] = [:], plainSecretPlugins: Set<String> = []
    ) {
        self.process = process
        self.http = http
        self.streams = streams
        self.secrets = secrets
        self.supervise = supervise
        self.confinement = confinement
        self.masker = masker
        self.environment = environment
        self.plainSecretPlugins = plainSecretPlugins
    }

    /// Ids of the services there are.
    package var features: [String] {
        var ids = ["cancel/1"]
        if process != nil { ids.append("process/1") }
        if http != nil { ids.append("http/1") }
        if streams != nil { ids.append("http-stream/1") }
        if secrets != nil { ids.append("secret/1") }
        if supervise != nil { ids.append("supervise/1") }
        return ids
    }
}
