import Foundation
import Model
import PluginKit
import PluginTestSupport
import Samples
import Stages
import SwiftBuildLogic
import SwiftBuildSupport
import Synchronization
import TestSupport
import Testing

/// The plugin as the daemon uses it: the shared library in a worker process, children and services run by the host.
@Suite(.serialized, .enabled(if: Deployer.canRun, "the plugin's library, PluginWorker or swift is not there"))
struct WorkerTests {
    @Test func aServiceLivesThroughReleaseCrashAndRollback() async throws {
        try await Deployer.with { deployer in
            var service = try deployer.service
            try deployer.write(Samples.webService(name: "hello", port: deployer.port, greeting: "one"))
            for stage in [Stage.build, .deploy, .restart, .health] {
                let outcome = await deployer.run(stage, service, "a")
                #expect(outcome.status == .ok, "\(stage): \(outcome.summary) \(outcome.diagnostics.map(\.line))")
            }
            #expect(try await deployer.answer() == "one\n")
            #expect(await deployer.run(.deploy, service, "a").status == .noChange)

            // The next release dies as soon as it is started.
            try deployer.write(["Sources/hello/main.swift": Self.dying])
            #expect(await deployer.run(.build, service, "b").status == .ok)
            let deployed = await deployer.run(.deploy, service, "b")
            #expect(deployed.status == .ok)
            _ = await deployer.run(.restart, service, "b")
            let sick = await deployer.run(.health, service, "b")
            #expect(sick.status == .failed, "\(sick)")
            #expect(sick.diagnostics.contains { $0.detail?.contains("about to die") == true }, "\(sick.diagnostics)")
            let crash = sick.diagnostics.first { $0.code == "runtime.crash" }
            #expect(crash?.location?.file == "Sources/hello/main.swift", "\(sick.diagnostics)")
            #expect(crash?.message.contains("nobody is at home") == true, "\(sick.diagnostics)")

            // The daemon still remembers the first.
            let back = await deployer.run(.rollback, service, "b", previous: "a")
            #expect(back.status == .ok, "\(back)")
            #expect(await deployer.run(.health, service, "a").status == .ok)
            #expect(try await deployer.answer() == "one\n")

            service.options = .object(["environment": .object(["9": .string("x")])])
            let refused = await deployer.run(.restart, service, "a")
            #expect(refused.status == .invalidConfig)
            #expect(refused.diagnostics.contains { $0.isError })
        }
    }

    private static let dying = """
        import Glibc

        print("about to die")
        fflush(nil)
        fatalError("nobody is at home")

        """

    @Test func theWorkerIsThereQuickly() async throws {
        try await Deployer.with { deployer in
            try deployer.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            var times: [Duration] = []
            for _ in 0..<15 {
                let outcome = await deployer.run(.plan, try deployer.service, "a")
                #expect(outcome.status == .ok)
                times.append(outcome.duration.duration)
            }
            print("a worker that plans: \(times.sorted()[times.count / 2]) (median of \(times.count))")
        }
    }
}

/// Runner, supervisor and folders of one service, taken down at the end.
struct Deployer: Sendable {
    let root: String
    let port: Int
    let runner: PluginRunner
    let control: Stages.ServiceControl
    /// The checkpoint of the last deployment that ended well.
    let state = StateBox()

    final class StateBox: Sendable {
        let value = Mutex<[UInt8]?>(nil)
    }

    static let library = BuiltExecutable.path("libSwiftBuildPlugin.so")
    static let canRun: Bool = {
        let files = [library, BuiltExecutable.path("PluginWorker"), BuiltExecutable.path("ServiceSupervisor")]
        let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        return files.allSatisfy { FileManager.default.isReadableFile(atPath: $0) }
            && folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/swift") }
    }()

    static func with(_ body: (Deployer) async throws -> Void) async throws {
        try await ScratchDirectory.with { root in
            for folder in ["source", "scratch", "releases", "services", "logs"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            }
            let control = Stages.ServiceControl(
                supervisor: BuiltExecutable.path("ServiceSupervisor"), directory: "\(root)/services",
                logs: "\(root)/logs")
            let services = HostServices(
                process: ProcessRunner(groups: .none), supervise: control,
                environment: ProcessInfo.processInfo.environment)
            let runner = PluginRunner(
                catalog: try OnePluginCatalog(SwiftBuildPlugin.manifest.document, library: Self.library),
                worker: BuiltExecutable.path("PluginWorker"), services: services)
            let deployer = Deployer(
                root: root, port: Int(try FreePort.next()), runner: runner, control: control)
            do {
                try await body(deployer)
            } catch {
                try? await control.stopAll()
                throw error
            }
            try await control.stopAll()
        }
    }

    var service: Service {
        get throws {
            var service = Service(name: try #require(ServiceName("team/hello")), path: "repos/hello", kind: "swift")
            service.environment = ["PORT": String(port)]
            service.options = .object(["jobs": .integer(1), "settle": .string("500ms")])
            return service
        }
    }

    func write(_ files: [String: String]) throws {
        try Workplace(root).write(files)
    }

    func run(_ stage: Stage, _ service: Service, _ revision: Character, previous: Character? = nil) async
        -> StageOutcome
    {
        var request = StageRequest(
            operation: "op-\(UUID().uuidString)", service: service, stage: stage, sourceDirectory: "\(root)/source",
            scratchDirectory: "\(root)/scratch", releaseDirectory: "\(root)/releases",
            revision: Workplace.revision(revision), timeout: .seconds(300))
        request.state = state.value.withLock { $0 }
        request.previousRevision = previous.map(Workplace.revision)
        let outcome = await runner.run(request) { _ in }
        // The daemon keeps a checkpoint once the deployment has proved healthy; here that is only the first.
        if stage == .deploy, revision == "a", let checkpoint = outcome.checkpoint {
            state.value.withLock { $0 = checkpoint }
        }
        return outcome
    }

    /// What `GET /` answers, as soon as somebody does.
    func answer() async throws -> String? {
        for _ in 0..<100 {
            if let text = FreePort.get(port: UInt16(port), path: "/") { return text }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }
}
