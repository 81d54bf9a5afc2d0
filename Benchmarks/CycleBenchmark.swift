import History
import Model
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A whole cycle of the real daemon - poll, fetch, plan, checkout, two stages, history, log push over a local path -
/// without the stages' own time; and what the daemon keeps in memory between cycles.
///
/// Nothing in the daemon is asked for the time: a cycle begins when it opens origin's branch file (the poll) and ends when
/// the log branch is put in place there. The history says how long the stages took.
struct CycleBenchmark: Benchmark {
    let name = "cycle"
    private static let cycles = 20

    func run() async throws -> [Row] {
        try await ScratchDirectory.with { folder in
            let origin = try SmallOrigin(in: folder)
            let workspace = "\(folder)/workspace"
            try await HostUnderTest.prepare(workspace, cloneOf: origin.path)
            var rows = try await Self.measure(workspace, origin)
            rows += try await Self.idle(workspace)
            return rows
        }
    }

    private struct Parts {
        var before = 0.0
        var between = 0.0
        var after = 0.0
        var stages = 0.0
        var own: Double { before + between + after }
    }

    private static func measure(_ workspace: String, _ origin: SmallOrigin) async throws -> [Row] {
        let host = try HostUnderTest.start(workspace, interval: 1)
        defer { host.stop() }
        try await host.cycle(1)
        let watcher = try FolderWatcher()
        let logs = "\(origin.path)/refs/heads/deployer"
        _ = try await Wait.until("the log branch is pushed") { access("\(logs)/logs", F_OK) == 0 ? true : nil }
        let branch = try watcher.watch("\(origin.path)/refs/heads", .opened)
        let pushed = try watcher.watch(logs, .replaced)
        var parts: [Parts] = []
        var cpu: [Double] = []
        for number in 1...cycles {
            // Right after a poll the next one is a whole interval away: time to commit unseen.
            watcher.drain()
            _ = try watcher.first { $0.watch == branch && $0.name == "main" }
            try origin.change(number)
            usleep(50_000)
            watcher.drain()
            let before = host.figures.cpu
            let began = try watcher.first { $0.watch == branch && $0.name == "main" }.time
            let ended = try watcher.first { $0.watch == pushed && $0.name == "logs" }.time
            usleep(100_000)
            let record = try await host.cycle(Int64(number + 1))
            if let before, let after = host.figures.cpu { cpu.append(after - before) }
            parts.append(try Self.parts(record, began, ended))
        }
        let memory = host.figures.privateMemory
        let peers = try await gitCalls(workspace, origin)
        let mean = cpu.isEmpty ? 0 : cpu.reduce(0, +) / Double(cpu.count)
        var row = Row(
            benchmark: "cycle", what: "the daemon's own share of a whole cycle, log push included",
            ours: parts.map(\.own).median, unit: "ms", peer: "the Python loop's git calls", peerValue: peers.wall,
            target: "under 40 ms",
            note:
                "poll, fetch, plan and checkout \(Measure.milliseconds(parts.map(\.before).median)), around the stages "
                + "\(Measure.milliseconds(parts.map(\.between).median)), report and log push "
                + "\(Measure.milliseconds(parts.map(\.after).median)); best "
                + "\(Measure.milliseconds(parts.map(\.own).min() ?? 0)); the two stages "
                + "\(Measure.milliseconds(parts.map(\.stages).median)); the daemon's CPU without children "
                + "\(Measure.milliseconds(mean)); \(parts.count) runs; git: \(peers.note)")
        row.isMet = (row.ours ?? .infinity) < 40
        // Between polls that are seconds apart it keeps its code mapped; the target is for a daemon that idles, see below.
        var busy = memoryRow("daemon that polls every second, after \(cycles + 1) cycles, private memory", memory)
        (busy.target, busy.isMet) = (nil, nil)
        return [row, busy]
    }

    private static func parts(_ record: CycleRecord, _ began: Double, _ ended: Double) throws -> Parts {
        guard let endedAt = record.endedAt else { throw BenchError("cycle \(record.id) has no end") }
        let stages = record.services.flatMap(\.stages).reduce(0.0) {
            $0 + $1.stageTime.duration.inSeconds * 1000
        }
        let (start, end) = (Double(record.startedAt.microseconds) / 1000, Double(endedAt.microseconds) / 1000)
        return Parts(before: start - began, between: end - start - stages, after: ended - end, stages: stages)
    }

    /// What a dispatcher that calls git does around a cycle: fetch, two rev-parse, reset, and a log added, committed and
    /// pushed. Building and deploying are left out on this side too.
    private static func gitCalls(_ workspace: String, _ origin: SmallOrigin) async throws -> [Cost] {
        let clone = "\(workspace)-python"
        try PeerCommand.git("clone", "--quiet", "--single-branch", origin.path, clone)
        try PeerCommand.git("checkout", "--quiet", "-b", "peer-logs", in: clone)
        var costs: [Cost] = []
        for number in 1...cycles {
            try origin.change(1000 + number)
            costs.append(
                try await Measure.children {
                    try PeerCommand.git("fetch", "--quiet", "origin", in: clone)
                    try PeerCommand.git("rev-parse", "HEAD", in: clone)
                    try PeerCommand.git("rev-parse", "origin/main", in: clone)
                    try PeerCommand.git("reset", "--quiet", "--hard", "origin/main", in: clone)
                    // The reset has taken away what the log branch had.
                    mkdir("\(clone)/cycle-logs", 0o755)
                    try TextFile.write("a log\n", to: "\(clone)/cycle-logs/build-\(number).log")
                    try PeerCommand.git("add", "cycle-logs/build-\(number).log", in: clone)
                    try PeerCommand.git("commit", "--quiet", "-m", "Log \(number)", in: clone)
                    try PeerCommand.git("push", "--quiet", "--force", "origin", "HEAD:refs/heads/peer-logs", in: clone)
                })
        }
        return costs
    }

    /// A daemon as it is at night: started on a workspace where everything is deployed, one poll a minute.
    private static func idle(_ workspace: String) async throws -> [Row] {
        let host = try HostUnderTest.start(workspace, interval: 60)
        defer { host.stop() }
        // The first cycle takes in what the peer's commits changed.
        try await host.cycle(Int64(cycles + 2))
        try await Task.sleep(for: .seconds(10))
        return [memoryRow("idle daemon after a start, private memory", host.figures.privateMemory)]
    }

    static func memoryRow(_ what: String, _ memory: (dirty: Double, all: Double)?) -> Row {
        guard let memory else { return .unavailable("cycle", what, "there is no /proc/PID/smaps_rollup") }
        let tenths = Int(memory.dirty * 10 + 0.5)
        var row = Row(
            benchmark: "cycle", what: what, ours: memory.all, unit: "MiB", target: "under 16 MB",
            note: "Private_Clean and Private_Dirty; of it written to (Private_Dirty) \(tenths / 10).\(tenths % 10) MiB")
        row.isMet = memory.all * 1_048_576 < 16_000_000
        return row
    }
}
