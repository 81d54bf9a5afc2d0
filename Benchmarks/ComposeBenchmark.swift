import Foundation
import Model
import TestSupport

/// A cycle of the real daemon over 18 Compose stacks on a real Docker engine: one of them changed, and none although all are
/// due. doco-cd's published figure for 18 stacks of which 17 are unchanged is 37.3 s, on its authors' machine.
struct ComposeBenchmark: Benchmark {
    let name = "compose"
    private static let stacks = 18
    private static let cycles = 5

    func run() async throws -> [Row] {
        guard getuid() == 0 else { return [.unavailable(name, "18 stacks", "a Docker engine needs root")] }
        return try await ScratchDirectory.with { folder in
            let engine = "\(folder)/e"
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("engines/docker").path
            let started = try PeerCommand.run([script, "start", engine])
            guard started.status == 0 else {
                return [.unavailable(name, "18 stacks", "engines/docker start: \(started.text)")]
            }
            defer { _ = try? PeerCommand.run([script, "stop", engine]) }
            return try await Self.measure(folder, engine)
        }
    }

    private static func measure(_ folder: String, _ engine: String) async throws -> [Row] {
        let origin = try StackOrigin(in: folder, stacks: stacks)
        let workspace = "\(folder)/workspace"
        try await HostUnderTest.prepare(workspace, cloneOf: origin.path)
        let library = "\(workspace)/plugins/libDockerComposePlugin.so"
        try FileManager.default.copyItem(atPath: BuiltExecutable.path("libDockerComposePlugin.so"), toPath: library)
        chmod(library, 0o755)
        let host = try HostUnderTest.start(
            workspace, interval: 1,
            environment: ["DOCKER_HOST": "unix://\(engine)/s", "DOCKER_CONFIG": "\(engine)/config"])
        defer { host.stop() }
        try await host.cycle(1, within: .seconds(600))
        var one: [(cycle: Double, stages: Double, cpu: Double)] = []
        for number in 1...cycles {
            try origin.change(stack: number, to: number)
            one.append(try await cost(of: Int64(number + 1), host))
        }
        var all: [(cycle: Double, stages: Double, cpu: Double)] = []
        for number in 1...2 {
            try origin.touchAll(number)
            all.append(try await cost(of: Int64(cycles + 1 + number), host))
        }
        var changed = Row(
            benchmark: "compose", what: "cycle over 18 Compose stacks, 17 unchanged and one made anew",
            ours: one.map(\.cycle).median, unit: "ms", peer: "doco-cd, published, another machine", peerValue: 37_300,
            target: "under 1 s",
            note:
                "build and deploy of the one \(Measure.milliseconds(one.map(\.stages).median)), with the stop of its old "
                + "container, `settle: 0`; the daemon's own CPU \(Measure.milliseconds(one.map(\.cpu).median)); "
                + "best \(Measure.milliseconds(one.map(\.cycle).min() ?? 0)); \(one.count) runs")
        changed.isMet = (changed.ours ?? .infinity) < 1000
        let none = Row(
            benchmark: "compose", what: "cycle over 18 Compose stacks, all due, none changed",
            ours: all.map(\.cycle).median, unit: "ms",
            note: "build and deploy of each ask the engine and end with no-change; stages together "
                + "\(Measure.milliseconds(all.map(\.stages).median)); \(all.count) runs")
        return [changed, none]
    }

    private static func cost(of number: Int64, _ host: HostUnderTest) async throws -> (
        cycle: Double, stages: Double, cpu: Double
    ) {
        let before = host.figures.cpu ?? 0
        let record = try await host.cycle(number, within: .seconds(120))
        guard let endedAt = record.endedAt else { throw BenchError("cycle \(record.id) has no end") }
        let stages = record.services.flatMap(\.stages).reduce(0.0) { $0 + $1.stageTime.duration.inSeconds * 1000 }
        return (
            Double(endedAt.microseconds - record.startedAt.microseconds) / 1000, stages,
            (host.figures.cpu ?? 0) - before
        )
    }
}

/// An origin with stacks of one container each.
struct StackOrigin: Sendable {
    let path: String
    private let fixture: GitFixture
    private let stacks: Int

    init(in folder: String, stacks: Int) throws {
        fixture = GitFixture(folder: folder)
        self.stacks = stacks
        path = try fixture.repository("origin.git", isBare: true)
        var files = [".gitignore": ".deployer/\nlogs/\nplugins/\nfeedback/\n"]
        var configuration = "services:\n"
        for number in 1...stacks {
            configuration +=
                "  stack-\(number):\n    path: repos/stack-\(number)\n    kind: compose\n    stages: [build, deploy]\n"
                + "    options: {settle: 0}\n"
            files["repos/stack-\(number)/compose.yaml"] = Self.compose(level: 0)
            files["repos/stack-\(number)/README.md"] = "Stack \(number).\n"
        }
        files["deployer.yaml"] = configuration
        try fixture.commit(files, to: path)
    }

    private static func compose(level: Int) -> String {
        """
        services:
          web:
            image: base:1
            network_mode: none
            environment: {LEVEL: "\(level)"}
            command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.05; done"]

        """
    }

    func change(stack: Int, to level: Int) throws {
        try fixture.commit(
            ["repos/stack-\(stack)/compose.yaml": Self.compose(level: level)], to: path,
            time: 1_800_000_000 + Int64(level))
    }

    /// Makes all stacks due without changing what their containers are made of.
    func touchAll(_ number: Int) throws {
        var files: [String: String] = [:]
        for stack in 1...stacks { files["repos/stack-\(stack)/README.md"] = "Stack \(stack), \(number).\n" }
        try fixture.commit(files, to: path, time: 1_800_001_000 + Int64(number))
    }
}
