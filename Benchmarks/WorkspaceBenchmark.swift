import Model
import TestSupport

/// The real daemon on a workspace of 1,000 services: what a poll that finds nothing costs it, and what it keeps in memory.
struct WorkspaceBenchmark: Benchmark {
    let name = "workspace"
    private static let seconds = 20

    func run() async throws -> [Row] {
        try await ScratchDirectory.with { folder in
            let large = try LargeWorkspace.make(
                in: folder, changes: 0,
                extra: [
                    "deployer.yaml": LargeWorkspace.configuration(stages: "[build]"),
                    ".gitignore": ".deployer/\nlogs/\nplugins/\nfeedback/\n",
                ])
            let workspace = "\(folder)/workspace"
            try await HostUnderTest.prepare(workspace, cloneOf: large.path, checksOut: false)
            let host = try HostUnderTest.start(workspace, interval: 1)
            defer { host.stop() }
            let record = try await host.cycle(1, within: .seconds(900))
            let took = (record.endedAt ?? record.startedAt) - record.startedAt
            try await Task.sleep(for: .seconds(5))
            let watcher = try FolderWatcher()
            let branch = try watcher.watch("\(large.path)/refs/heads", .opened)
            guard let before = host.figures.cpu else {
                return [.unavailable(name, "idle cycle of the daemon", "there is no /proc")]
            }
            // One poll opens the branch's file once.
            var polls = 0
            let end = ContinuousClock.now + .seconds(Self.seconds)
            while ContinuousClock.now < end {
                watcher.drain()
                _ = try watcher.first { $0.watch == branch && $0.name == "main" }
                polls += 1
            }
            let cpu = (host.figures.cpu ?? before) - before
            var row = Row(
                benchmark: name, what: "whole idle cycle of the real daemon, 1,000 services, poll included",
                ours: cpu / Double(max(polls, 1)), unit: "ms", target: "under 5 ms",
                note: "CPU over \(polls) polls of a local path; the first cycle, 1,000 workers, took \(took.spoken)")
            row.isMet = (row.ours ?? .infinity) < 5
            var memory = CycleBenchmark.memoryRow(
                "idle daemon with 1,000 services, private memory", host.figures.privateMemory)
            memory.benchmark = name
            memory.target = nil
            memory.isMet = nil
            return [row, memory]
        }
    }
}
