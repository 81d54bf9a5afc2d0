import Model
import Net
import Settings
import Stages

/// What runs stages: plugins and the host services lent to them.
struct StageParts: Sendable {
    let registry: PluginRegistry
    let plugins: PluginRunner
    let executor: StageExecutor
    let supervise: ServiceControl

    init(
        _ invocation: Invocation, narrator: Narrator, masker: SecretMasker, groups: ControlGroups,
        options: DaemonOptions, transport: HTTPTransport, tracked: TrackedPlugins, settings: DaemonSettings
    ) throws(Failure) {
        let layout = invocation.layout
        let note: @Sendable (String, String) -> Void = { operation, text in
            narrator.say(LogLine("\(operation): \(text)", level: .warning))
        }
        let entrance = invocation.binaries.supervisor
        let runner = ProcessRunner(groups: groups, entrance: entrance, options: .init(note: note))
        let keeping = ProcessRunner(
            groups: groups, entrance: entrance, options: .init(descendants: .kept, note: note))
        supervise = ServiceControl(
            supervisor: invocation.binaries.supervisor, directory: layout.services, logs: layout.logs,
            masker: masker)
        let http = NetHTTPService(transport)
        let variables = settings.variables
        let services = HostServices(
            process: runner, http: http, streams: http,
            secrets: SecretStore(environment: variables, masker: masker, named: { settings.secret(named: $0) }),
            supervise: supervise, masker: masker,
            environment: invocation.environment, plainSecretPlugins: settings.plainSecretPlugins)
        registry = try PluginRegistry(
            .init(
                searchPath: options.pluginDirectories + [layout.plugins, invocation.binaries.plugins],
                workspace: layout.root, cacheDirectory: layout.pluginCopies, worker: invocation.binaries.worker,
                allowedDigests: options.allowedDigests.isEmpty ? nil : options.allowedDigests,
                isTracked: { tracked.contains($0) }),
            features: services.features)
        let output = "\(layout.own)/output"
        try Folder.make(output)
        plugins = PluginRunner(
            catalog: registry, worker: invocation.binaries.worker, services: services,
            settings: HostSettings(options.pluginSettings),
            outputFile: { request in
                // The whole output of the last run of each stage; a flood is only counted in the build log.
                let path = "\(output)/\(request.service.name.fileName).\(request.stage).log"
                try? Folder.remove(path)
                return path
            })
        executor = StageExecutor(
            plugins: plugins, health: HealthProber(http: http, processes: runner, masker: masker),
            restart: RestartCommand(folder: layout.commands, logs: layout.logs, processes: keeping),
            supervise: supervise,
            masker: masker, environment: invocation.environment)
    }

    /// Names the set of plugins, for what is remembered of their answers.
    func fingerprint() async -> String {
        String(SHA256.hex(of: Array(await pluginDigests().sorted().joined().utf8)).prefix(16))
    }

    func pluginDigests() async -> [String] { await registry.list().filter { $0.state == .ready }.map(\.digest) }
}
