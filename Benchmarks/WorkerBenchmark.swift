import Model
import Stages
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// From the host's wish to the plugin's answer: a worker is started, loads the library, and is gone again.
struct WorkerBenchmark: Benchmark {
    let name = "worker"

    func run() async throws -> [Row] {
        try await ScratchDirectory.with { folder in
            let plugins = "\(folder)/plugins"
            mkdir(plugins, 0o755)
            try await MockPlugins.compile(MockPlugins.example, to: "\(plugins)/files.so", ["-O2"])
            chmod("\(plugins)/files.so", 0o755)
            let swift = BuiltExecutable.path("libSwiftBuildPlugin.so")
            if let missing = try Self.install(swift, "\(plugins)/SwiftBuild.so") {
                Progress.say("  \(missing)")
            }
            let registry = try PluginRegistry(
                .init(
                    searchPath: [plugins], cacheDirectory: "\(folder)/copies",
                    worker: BuiltExecutable.path("PluginWorker")))
            for plugin in await registry.list() where plugin.state != .ready {
                throw BenchError("\(plugin.path): \(plugin.state)")
            }
            let peers = try await Self.spawnTrue()
            let runner = PluginRunner(
                catalog: registry, worker: BuiltExecutable.path("PluginWorker"), services: HostServices())
            return [
                try await Self.row(
                    "worker and a C plugin's build", runner, kind: "files", stage: .build, .noChange, folder, peers),
                try await Self.row(
                    "worker and SwiftBuild's plan", runner, kind: "swift", stage: .plan, .ok, folder, peers),
                try await Self.describe(folder, peers), try await Self.command(folder, peers),
            ]
        }
    }

    private static func row(
        _ what: String, _ runner: PluginRunner, kind: String, stage: Stage, _ expected: StageStatus, _ folder: String,
        _ peers: [Cost]
    ) async throws -> Row {
        let source = "\(folder)/source"
        mkdir(source, 0o755)
        try TextFile.write("// swift-tools-version: 6.0\n", to: "\(source)/Package.swift")
        guard let name = ServiceName("site"), let revision = Revision(String(repeating: "a1", count: 20)) else {
            throw BenchError("no name")
        }
        let service = Service(name: name, path: "", kind: kind)
        var costs: [Cost] = []
        for turn in 0..<110 {
            var status = StageStatus.failed
            var summary = ""
            let cost = await Measure.all {
                let outcome = await runner.run(
                    StageRequest(
                        operation: "bench-\(turn)", service: service, stage: stage, sourceDirectory: source,
                        scratchDirectory: folder, releaseDirectory: folder, revision: revision, timeout: .seconds(30))
                ) { _ in }
                (status, summary) = (outcome.status, outcome.summary)
            }
            guard status.allowsProgress, status != .unsupported else {
                return .unavailable("worker", what, "\(status.rawValue) instead of \(expected.rawValue): \(summary)")
            }
            if turn >= 10 { costs.append(cost) }
        }
        return made(what, costs, peers)
    }

    /// What the registry does with a library it has not seen: copy, digest, describe.
    private static func describe(_ folder: String, _ peers: [Cost]) async throws -> Row {
        let what = "copying, hashing and describing both plugins anew (per plugin)"
        var costs: [Cost] = []
        var count = 1
        for turn in 0..<11 {
            let cache = "\(folder)/fresh-\(turn)"
            let registry = try PluginRegistry(
                .init(
                    searchPath: ["\(folder)/plugins"], cacheDirectory: cache,
                    worker: BuiltExecutable.path("PluginWorker")))
            var cost = await Measure.all { count = max(1, await registry.readyPlugins().count) }
            cost.wall /= Double(count)
            cost.cpu /= Double(count)
            if turn > 0 { costs.append(cost) }
        }
        var row = made(what, costs, peers)
        row.target = nil
        row.isMet = nil
        return row
    }

    /// What `process/1` adds to a command: a session, a control group, capture, and the end of the whole tree.
    private static func command(_ folder: String, _ peers: [Cost]) async throws -> Row {
        let runner = ProcessRunner()
        var costs: [Cost] = []
        for turn in 0..<60 {
            var end = ProcessResult.End.timedOut
            let cost = await Measure.all {
                end = await runner.run(
                    ProcessRequest(
                        operation: "bench-command-\(turn)", arguments: ["/bin/true"], directory: folder,
                        timeout: .seconds(30))
                ) { _, _ in }.end
            }
            guard end == .exited(code: 0) else { throw BenchError("/bin/true: \(end)") }
            if turn >= 10 { costs.append(cost) }
        }
        var row = made("a command by process/1", costs, peers)
        row.target = nil
        row.isMet = nil
        return row
    }

    private static func made(_ what: String, _ costs: [Cost], _ peers: [Cost]) -> Row {
        var row = Row(
            benchmark: "worker", what: what, ours: costs.wall, unit: "ms", peer: "spawning /bin/true",
            peerValue: peers.wall, target: "under 8 ms", note: "\(costs.note); true: \(peers.note)")
        row.isMet = costs.wall < 8
        return row
    }

    private static func spawnTrue() async throws -> [Cost] {
        var costs: [Cost] = []
        for _ in 0..<100 {
            costs.append(try await Measure.all { _ = try PeerCommand.run(["/bin/true"]) })
        }
        return costs
    }

    /// Returns why it could not be put there.
    private static func install(_ library: String, _ path: String) throws -> String? {
        guard access(library, R_OK) == 0 else { return "\(library) is not built" }
        let result = try PeerCommand.run(["install", "-m", "755", library, path])
        return result.status == 0 ? nil : result.text
    }
}
