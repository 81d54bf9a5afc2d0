import Model
import Net
import Stages

/// Stages as the daemon runs them: in PluginWorker, with the host's own services or with doubles of them.
struct ConformanceStages: Sendable {
    /// Everything a run said, for whoever has to look through it.
    typealias Listener = @Sendable (StageEvent) -> Void

    let room: CheckRoom
    let runner: PluginRunner
    /// What each stage is given.
    let timeout: Duration

    init(_ room: CheckRoom, services: HostServices? = nil, timeout: Duration? = nil) {
        self.room = room
        self.timeout = timeout ?? room.options.stageTimeout
        let services = services ?? HostServices(environment: room.environment)
        var limits = WorkerLimits()
        limits.grace = room.options.patience.grace
        runner = PluginRunner(
            catalog: TheOnlyPlugin(plugin: room.subject.loaded), worker: "\(room.options.programs)/PluginWorker",
            services: services, limits: limits, settings: HostSettings(OptionSchemaReader.hostSettings))
    }

    /// With what the daemon has: commands run, requests are sent, services are supervised and stopped at the end.
    static func real<Result: Sendable>(
        _ room: CheckRoom, _ change: @Sendable (inout HostServices) -> Void = { _ in },
        _ body: (ConformanceStages) async throws -> Result
    ) async throws -> Result {
        let supervisor = "\(room.options.programs)/ServiceSupervisor"
        let transport = HTTPTransport()
        let masker = SecretMasker()
        let control = ServiceControl(
            supervisor: supervisor, directory: "\(room.folder)/services", logs: "\(room.folder)/logs", masker: masker)
        let network = NetHTTPService(transport)
        var services = HostServices(
            process: ProcessRunner(groups: .none, entrance: supervisor), http: network, streams: network,
            secrets: SecretStore(environment: room.options.environment, masker: masker), supervise: control,
            masker: masker, environment: room.options.environment)
        change(&services)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(ConformanceStages(room, services: services))) } catch {
            result = .failure(error)
        }
        try? await control.stopAll()
        await transport.shutdown()
        return try result.get()
    }

    func service(_ options: JSONValue? = nil) throws(Failure) -> Service {
        guard let name = ServiceName("harness/example") else {
            throw Failure(.init("harness.name"), "'harness/example' is no name of a service")
        }
        var service = Service(name: name, path: "example", kind: room.subject.kind)
        service.options = options ?? room.subject.serviceOptions
        return service
    }

    /// What is wrong with options by the plugin's own word; nil when it did not get to say.
    func check(_ options: JSONValue) async -> (problems: [Diagnostic]?, note: String?) {
        guard let service = try? service(options) else { return (nil, nil) }
        return await runner.check(service)
    }

    func run(
        _ stage: Stage, revision: Revision, previous: Revision? = nil, state: [UInt8]? = nil, options: JSONValue? = nil,
        operation: String = "harness-\(UInt64.random(in: 1...(.max)))", listener: @escaping Listener = { _ in }
    ) async throws(Failure) -> StageOutcome {
        let request = StageRequest(
            operation: operation, service: try service(options), stage: stage, sourceDirectory: room.source,
            scratchDirectory: room.scratch, releaseDirectory: room.releases, revision: revision,
            previousRevision: previous, state: state, timeout: timeout)
        return await runner.run(request, events: listener)
    }

    func detect() async -> (found: [Detection], isComplete: Bool) {
        await runner.detect(sourceDirectory: room.source)
    }
}

/// A catalog with the plugin that is examined.
private struct TheOnlyPlugin: PluginCatalog {
    let plugin: LoadedPlugin?
    func plugin(forKind kind: String) async -> LoadedPlugin? {
        plugin.flatMap { $0.info.kinds.contains(kind) ? $0 : nil }
    }
    func readyPlugins() async -> [LoadedPlugin] { plugin.map { [$0] } ?? [] }
    func absence(ofKind kind: String) async -> String? { nil }
}
