import Foundation
import Model
import Synchronization
import TestSupport

@testable import Stages

/// One mock plugin, compiled once for all tests of this process, and a runner for it.
struct WorkerFixture: Sendable {
    let folder: String
    let runner: PluginRunner
    let masker: SecretMasker

    /// Everything a stage said.
    final class Log: Sendable {
        private let state = Mutex<[StageEvent]>([])
        func add(_ event: StageEvent) { state.withLock { $0.append(event) } }
        var events: [StageEvent] { state.withLock { $0 } }
        var lines: [LogLine] {
            events.compactMap { if case .log(let line) = $0 { line } else { nil } }
        }
        var texts: [String] { lines.map(\.text) }
    }

    static func with<Result>(
        process: (any ProcessService)? = nil, http: (any HTTPService)? = nil,
        streams: (any HTTPStreamService)? = nil, supervise: (any SuperviseService)? = nil,
        environment: [String: String] = [:], plainSecrets: Bool = false, grace: Duration = .seconds(1),
        keptBytes: Int = 64 << 20, macros: [String: String] = [:],
        configuration: JSONValue? = nil, _ body: (WorkerFixture) async throws -> Result
    ) async throws -> Result {
        try await ScratchDirectory.with { folder in
            let library = "\(folder)/mock.so"
            if macros.isEmpty {
                try FileManager.default.copyItem(atPath: await SharedMock.path(), toPath: library)
            } else {
                try await MockPlugins.build(library, macros)
            }
            let masker = SecretMasker()
            var variables = ProcessInfo.processInfo.environment
            variables.merge(environment) { _, new in new }
            var limits = WorkerLimits()
            limits.grace = grace
            limits.close = .seconds(1)
            limits.keptBytes = keptBytes
            let services = HostServices(
                process: process, http: http, streams: streams,
                secrets: SecretStore(environment: variables, masker: masker),
                supervise: supervise, masker: masker, environment: variables,
                plainSecretPlugins: plainSecrets ? ["mock"] : [])
            let runner = PluginRunner(
                catalog: OnePlugin(library: library, configuration: configuration),
                worker: BuiltExecutable.path("PluginWorker"), services: services,
                limits: limits)
            return try await body(WorkerFixture(folder: folder, runner: runner, masker: masker))
        }
    }

    /// Runs the stage `build` with the mock told to do something.
    func run(
        _ behaviour: String, timeout: Duration = .seconds(20), log: Log = Log(),
        _ change: (inout StageRequest) -> Void = { _ in }
    ) async -> StageOutcome {
        var request = request(behaviour, timeout: timeout)
        change(&request)
        return await runner.run(request) { log.add($0) }
    }

    func request(_ behaviour: String, timeout: Duration = .seconds(20)) -> StageRequest {
        var service = Service(name: ServiceName("api")!, path: "repos/api", kind: "mock")
        service.options = .object(["do": .string(behaviour)])
        return StageRequest(
            operation: "op-\(UUID().uuidString)", service: service, stage: .build, sourceDirectory: folder,
            scratchDirectory: folder, releaseDirectory: folder,
            revision: Revision(String(repeating: "a1", count: 20))!, timeout: timeout)
    }
}

/// The plain mock, compiled when the first test needs it.
enum SharedMock {
    private static let compiled = Task {
        let path = "\(NSTemporaryDirectory())deployer-mock-\(getpid()).so"
        try await MockPlugins.build(path)
        atexit { unlink("\(NSTemporaryDirectory())deployer-mock-\(getpid()).so") }
        return path
    }
    static func path() async throws -> String { try await compiled.value }
}

/// A catalog with one plugin that is believed to be good.
struct OnePlugin: PluginCatalog {
    let plugin: LoadedPlugin

    init(
        library: String, id: String = "mock", kind: String = "mock", services: [String]? = nil,
        configuration: JSONValue? = nil
    ) {
        let stages = ["build", "test", "deploy"]
        plugin = LoadedPlugin(
            info: PluginInfo(
                id: id, version: "1.0.0", kinds: [kind], stages: stages.map(Stage.init(rawValue:)), abi: "1.0",
                path: library, digest: "", state: .ready),
            description: PluginDescription(
                id: id, version: "1.0.0", kinds: [kind], stages: stages.map { .init(name: $0, repeatable: true) },
                services: services ?? ["process/1", "http/1", "http-stream/1", "secret/1", "cancel/1", "supervise/1"],
                permissions: ["secret-plain"], configuration: configuration),
            library: library)
    }

    func plugin(forKind kind: String) async -> LoadedPlugin? { plugin.info.kinds.contains(kind) ? plugin : nil }
    func readyPlugins() async -> [LoadedPlugin] { [plugin] }
    func absence(ofKind kind: String) async -> String? { nil }
}

/// Processes that carry an operation's marker: what must not be left behind.
enum Remains {
    static func of(_ operation: String) -> [Int32] {
        let marker = Array("DEPLOYER_OPERATION=\(operation)".utf8)
        return processes().filter { pid in
            guard let content = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { return false }
            return content.split(separator: 0).contains { $0.starts(with: marker) }
        }
    }

    static func isAlive(_ pid: Int32) -> Bool {
        guard kill(pid, 0) == 0 else { return false }
        let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return state?.split(separator: ")").last?.contains("Z") == false
    }

    private static func processes() -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    }
}
