import Model
import Net
import Pipeline
import PluginStore
import Settings
import Stages

/// What runs stages: plugins and the host services lent to them.
struct StageParts: Sendable {
    let registry: PluginRegistry
    let plugins: PluginRunner
    let executor: StageExecutor
    let supervise: ServiceControl
    /// Runs commands that end with what they started.
    let processes: ProcessRunner
    let environment: [String: String]
    let sandbox: VerificationSandbox

    /// - Parameter keepsOutput: whether the whole output of stages is kept in files; the daemon's business.
    init(
        _ invocation: Invocation, narrator: Narrator, masker: SecretMasker, groups: ControlGroups,
        options: DaemonOptions, transport: HTTPTransport, tracked: TrackedPlugins, settings: DaemonSettings,
        keepsOutput: Bool = true
    ) throws(Failure) {
        let layout = invocation.layout
        let note: @Sendable (String, String) -> Void = { operation, text in
            narrator.say(LogLine("\(operation): \(text)", level: .warning))
        }
        let entrance = invocation.binaries.supervisor
        let runner = ProcessRunner(groups: groups, entrance: entrance, options: .init(note: note))
        processes = runner
        let keeping = ProcessRunner(
            groups: groups, entrance: entrance, options: .init(descendants: .kept, note: note))
        supervise = ServiceControl(
            supervisor: invocation.binaries.supervisor, directory: layout.services, logs: layout.logs,
            masker: masker)
        let http = NetHTTPService(transport)
        // The file stands for the environment in everything: a tool's DOCKER_HOST, too.
        let variables = settings.variables
        environment = variables
        let confinement = Sandbox.find(in: variables["PATH"]).map { program in
            StageConfinement(
                program: program, readable: settings.verificationFolders,
                hidden: [layout.root] + [variables["HOME"]].compactMap { $0 }.filter { $0 != "/" })
        }
        sandbox = VerificationSandbox(settings.verificationConfinement, confinement, runner) {
            narrator.say(LogLine($0, level: .warning))
        }
        let services = HostServices(
            process: runner, http: http, streams: http,
            secrets: SecretStore(
                environment: variables, masker: masker, own: DaemonSettings.ownSecrets,
                folders: settings.credentialFolders + [variables["CREDENTIALS_DIRECTORY"]].compactMap { $0 },
                named: { settings.secret(named: $0) }),
            supervise: supervise, confinement: confinement, masker: masker,
            environment: variables, plainSecretPlugins: settings.plainSecretPlugins)
        registry = try PluginRegistry(
            .init(
                searchPath: options.pluginDirectories + [layout.plugins, invocation.binaries.plugins],
                workspace: layout.root, cacheDirectory: layout.pluginCopies, worker: invocation.binaries.worker,
                allowedDigests: options.allowedDigests.isEmpty ? nil : options.allowedDigests,
                isTracked: { tracked.contains($0) },
                installed: { MachineRecord.pins(PluginPlaces.record(own: layout.own)) }),
            features: services.features)
        let output = "\(layout.own)/output"
        if keepsOutput { try Folder.make(output) }
        var kept = StageOutput.Options()
        kept.fileBytes = options.logFileBytes
        plugins = PluginRunner(
            catalog: registry, worker: invocation.binaries.worker, services: services,
            settings: HostSettings(options.pluginSettings),
            outputFile: { request in
                guard keepsOutput else { return nil }
                // The whole output of the last run of each stage; a flood is only counted in the build log.
                // A trial of a patch beside it, or beside another trial, has one of its own.
                let trial = request.mended.map { ".\($0.fileName).verify" } ?? ""
                let path = "\(output)/\(request.service.name.fileName)\(trial).\(request.stage).log"
                try? Folder.remove(path)
                return path
            }, output: kept)
        executor = StageExecutor(
            plugins: plugins, health: HealthProber(http: http, processes: runner, masker: masker),
            restart: RestartCommand(folder: layout.commands, logs: layout.logs, processes: keeping),
            supervise: supervise,
            masker: masker, environment: variables)
    }

    /// What the plugin of a kind offers; nil where there is none.
    func offer(of kind: String) async -> ServiceCatalog.Offer? {
        guard let plugin = await registry.plugin(forKind: kind) else { return nil }
        return ServiceCatalog.Offer(stages: plugin.info.stages, order: plugin.description.order ?? FolderOrder.usual)
    }

    func kinds() async -> [String] {
        await registry.list().filter { $0.state == .ready }.flatMap(\.kinds)
    }

    /// The JSON Schema of a kind's options.
    func optionSchema(of kind: String) async -> JSONValue? {
        await registry.plugin(forKind: kind)?.description.configuration
    }

    func areWhole() async -> Bool {
        let plugins = await registry.list()
        return !plugins.isEmpty && plugins.allSatisfy { $0.state == .ready }
    }

    /// Names the set of plugins, for what is remembered of their answers.
    func fingerprint() async -> String {
        String(SHA256.hex(of: Array(await pluginDigests().sorted().joined().utf8)).prefix(16))
    }

    func pluginDigests() async -> [String] { await registry.list().filter { $0.state == .ready }.map(\.digest) }
}
