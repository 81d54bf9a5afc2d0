import DockerComposeLogic
import Foundation
import Model
import PluginKit
import PluginTestSupport
import Stages
import Synchronization
import TestSupport
import Testing

/// One service on one real engine: the plugin's library in a worker process, children run by the host.
struct Lab: Sendable {
    let root: String
    let service: String
    let kind: EngineFixture
    let environment: [String: String]
    let runner: PluginRunner
    private let memory = Memory()
    static let secret = "s3cr3t-of-the-tests"

    final class Memory: Sendable {
        let state = Mutex<[UInt8]?>(nil)
        let log = Mutex<[String]>([])
        let options = Mutex<[String: JSONValue]>([:])
    }

    static let library = BuiltExecutable.path("libDockerComposePlugin.so")
    static let isBuilt = [library, BuiltExecutable.path("PluginWorker")]
        .allSatisfy { FileManager.default.isReadableFile(atPath: $0) }

    /// - Parameters:
    ///   - starts: false: the engine's folder is there and no engine.
    ///   - changing: changes the variables that lead to the engine.
    static func with(
        _ kind: EngineFixture, starts: Bool = true, changing: ([String: String]) -> [String: String] = { $0 },
        _ body: (Lab) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { root in
            for folder in ["source", "scratch", "releases"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            }
            let engine = "\(root)/e"
            if starts { try kind.run("start", engine) }
            do {
                let found = starts ? try EngineFixture.environment(of: engine) : [:]
                try await body(try Lab(root: root, kind: kind, environment: changing(found)))
            } catch {
                try kind.run("stop", engine)
                throw error
            }
            try kind.run("stop", engine)
        }
    }

    /// Another service, or one of another workspace, on the same engine.
    func neighbour(_ service: String, in folder: String) throws -> Lab {
        let place = "\(root)/\(folder)"
        for name in ["source", "scratch", "releases"] {
            try FileManager.default.createDirectory(atPath: "\(place)/\(name)", withIntermediateDirectories: true)
        }
        return try Lab(root: place, service: service, kind: kind, environment: environment)
    }

    private init(
        root: String, service: String = "team/shop", kind: EngineFixture, environment: [String: String]
    ) throws {
        self.root = root
        self.service = service
        self.kind = kind
        self.environment = environment
        let masker = SecretMasker()
        let daemon = ProcessInfo.processInfo.environment.merging(environment, uniquingKeysWith: { $1 })
            .merging(["DB_SECRET": Self.secret], uniquingKeysWith: { $1 })
        let services = HostServices(
            process: ProcessRunner(groups: .none), secrets: SecretStore(environment: daemon, masker: masker),
            masker: masker, environment: daemon)
        runner = PluginRunner(
            catalog: try OnePluginCatalog(DockerComposePlugin.manifest.document, library: Self.library),
            worker: BuiltExecutable.path("PluginWorker"), services: services)
    }

    var engineFolder: String { "\(root)/e" }
    var projectFolder: String { "\(root)/releases/project" }
    /// Everything that was logged by the stages so far.
    var log: String { memory.log.withLock { $0.joined(separator: "\n") } }
    func forgetLog() { memory.log.withLock { $0 = [] } }

    func options(_ options: [String: JSONValue]) { memory.options.withLock { $0 = options } }

    func write(_ files: [String: String]) throws {
        for (path, content) in files {
            let url = URL(fileURLWithPath: "\(root)/source/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: url)
        }
    }

    func writeMarker(_ text: String) throws {
        try text.write(toFile: "\(root)/scratch/compose/e2e.json", atomically: true, encoding: .utf8)
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(root)/source/\(path)") }

    static func revision(_ digit: Character) -> Revision {
        guard let revision = Revision(String(repeating: digit, count: 40)) else {
            preconditionFailure("'\(digit)' is no hexadecimal digit")
        }
        return revision
    }

    /// Runs a stage. The checkpoint of a deployment that ends well is kept, as the daemon does.
    func run(
        _ stage: Stage, _ revision: Character = "a", isVerification: Bool = false, scripted: Bool = false,
        forgets: Bool = false, timeout: Duration = .seconds(120)
    ) async throws -> StageOutcome {
        var service = Service(
            name: try #require(ServiceName(self.service)), path: "repos/\(self.service)", kind: "compose")
        service.environment = ["MODE": "test"]
        let defaults: [String: JSONValue] = [
            "engine": .string(kind.rawValue), "settle": .string("600ms"),
            "wait": .string(kind == .swarm ? "60s" : "20s"),
            "build_docker": .bool(true),
        ].merging(environment["REGISTRY"].map { ["registry": .string($0)] } ?? [:], uniquingKeysWith: { $1 })
        service.options = .object(defaults.merging(memory.options.withLock { $0 }, uniquingKeysWith: { $1 }))
        var request = StageRequest(
            operation: "op-\(UUID().uuidString)", service: service, stage: stage, sourceDirectory: "\(root)/source",
            scratchDirectory: "\(root)/scratch", releaseDirectory: "\(root)/releases",
            revision: Self.revision(revision), timeout: timeout)
        request.state = memory.state.withLock { $0 }
        if isVerification { request.mended = request.service.name }
        request.isRestartedElsewhere = scripted
        let log = memory
        let outcome = await runner.run(request) { event in
            if case .log(let line) = event { log.log.withLock { $0.append(line.text) } }
        }
        if stage == .deploy, !forgets, outcome.status.allowsProgress, let checkpoint = outcome.checkpoint {
            memory.state.withLock { $0 = checkpoint }
        }
        return outcome
    }

    /// What the plugin is told of the service.
    var call: StackCall {
        StackCall(
            service: service, sourceDirectory: "\(root)/source", scratchDirectory: "\(root)/scratch",
            releaseDirectory: "\(root)/releases", revision: "")
    }

    /// Name of an image that the service's build makes, without its tag.
    func repository(_ service: String, project: String = "team-shop") -> String {
        "\(project).\(service).\(call.mark.prefix(8))"
    }

    /// Name of the project of its tests.
    func testProject(_ suffix: String = "e2e", beside project: String = "team-shop") -> String {
        "\(project)-\(suffix)-\(call.mark.prefix(10))"
    }

    /// Runs stages that have to succeed.
    @discardableResult
    func deploy(_ revision: Character, stages: [Stage] = [.build, .deploy], forgets: Bool = false) async throws
        -> StageOutcome?
    {
        var last: StageOutcome?
        for stage in stages {
            let outcome = try await run(stage, revision, forgets: forgets)
            #expect(
                outcome.status.allowsProgress,
                "\(stage): \(outcome.summary) \(outcome.diagnostics.map { "\($0.line) \($0.detail ?? "")" })\n\(log)")
            last = outcome
        }
        return last
    }

    /// Asks the engine itself.
    @discardableResult
    func ask(_ arguments: String...) throws -> String {
        let end = try Command.run([kind.client] + arguments, environment: environment)
        if end.code != 0 { throw EngineError("\(arguments.joined(separator: " ")): \(end.text)") }
        return end.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Container ids by service, running ones.
    func running(project: String = "team-shop") throws -> [String: String] {
        try containers(project: project).filter { $0.value.status == "running" }.mapValues(\.id)
    }

    func containers(project: String = "team-shop") throws -> [String: Container] {
        let ids = try ask("ps", "-a", "-q", "--no-trunc", "--filter", "label=com.docker.compose.project=\(project)")
            .split(whereSeparator: \.isNewline).map(String.init)
        guard !ids.isEmpty else { return [:] }
        let end = try Command.run([kind.client, "inspect"] + ids, environment: environment)
        let json = try PluginJSON(parsing: Array(end.text.utf8))
        let found = (json.array ?? []).compactMap(Container.init)
        return Dictionary(found.map { ($0.service, $0) }, uniquingKeysWith: { $1 })
    }
}
