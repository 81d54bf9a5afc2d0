import Foundation
import KongDouble
import KongLogic
import Model
import Net
import PluginKit
import PluginTestSupport
import Stages
import Synchronization
import TestSupport

/// A runner with the plugin's library, a gateway, and the folders of one service.
struct Deployer: Sendable {
    final class Log: Sendable {
        private let events = Mutex<[String]>([])
        func add(_ event: StageEvent) { events.withLock { $0.append("\(event)") } }
        var all: [String] { events.withLock { $0 } }
    }

    let root: String
    let double: KongDouble
    let transport: HTTPTransport
    let log = Log()
    /// The daemon's, beside PATH.
    var environment: [String: String] = [:]
    var options: [String: JSONValue]
    var state: [UInt8]?

    static let library = BuiltExecutable.path("libKongPlugin.so")
    static let canRun = [library, BuiltExecutable.path("PluginWorker")].allSatisfy {
        FileManager.default.isReadableFile(atPath: $0)
    }

    static func with(
        _ gateway: KongDouble.Options = .init(), _ body: (inout Deployer) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { root in
            for folder in ["source", "scratch", "releases"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            }
            let double = try KongDouble(gateway)
            defer { double.stop() }
            let transport = HTTPTransport()
            var deployer = Deployer(
                root: root, double: double, transport: transport,
                options: [
                    "admin_url": .string(double.adminURL), "proxy_url": .string(double.proxyURL),
                    "patience": .string("60s"),
                ])
            do {
                try await body(&deployer)
            } catch {
                await transport.shutdown()
                throw error
            }
            await transport.shutdown()
        }
    }

    func write(_ text: String, to name: String = "kong.yaml") throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/source/\(name)"))
    }

    private func runner() throws -> PluginRunner {
        let masker = SecretMasker()
        let variables = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        let services = HostServices(
            process: ProcessRunner(groups: .none), http: NetHTTPService(transport),
            secrets: SecretStore(environment: variables, masker: masker), masker: masker, environment: variables)
        return PluginRunner(
            catalog: try OnePluginCatalog(KongPlugin.manifest.document, library: Self.library),
            worker: BuiltExecutable.path("PluginWorker"), services: services)
    }

    func run(_ stage: Stage, _ revision: Character) async -> StageOutcome {
        guard let name = ServiceName("team/gateway"), let commit = Revision(String(repeating: revision, count: 40)),
            let runner = try? runner()
        else { preconditionFailure("the names are good") }
        var service = Service(name: name, path: "repos/gateway", kind: "kong")
        service.options = .object(options)
        var request = StageRequest(
            operation: "op-\(UUID().uuidString)", service: service, stage: stage, sourceDirectory: "\(root)/source",
            scratchDirectory: "\(root)/scratch", releaseDirectory: "\(root)/releases", revision: commit,
            timeout: .seconds(120))
        request.state = state
        return await runner.run(request) { log.add($0) }
    }

    func detect() async -> [Model.Detection] {
        await (try? runner())?.detect(sourceDirectory: "\(root)/source").found ?? []
    }
}
