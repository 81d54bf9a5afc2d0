import Foundation
import Model
import Stages
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// 1 GB of a stage's output into its file: how fast, and in how much memory.
struct CaptureBenchmark: Benchmark {
    let name = "capture"
    private static let size = 1 << 30

    func run() async throws -> [Row] {
        try await ScratchDirectory.with { folder in
            let (source, target) = ("\(folder)/source", "\(folder)/target")
            try Self.shell("\"$1\" emit \(Self.size) > \"$2\"", OwnProcess.path, source)
            var piped: [(cost: Cost, run: CaptureRun.Result)] = []
            var copied: [(cost: Cost, run: CaptureRun.Result)] = []
            var throughCat: [Cost] = []
            var cat: [Cost] = []
            for _ in 0..<5 {
                throughCat.append(
                    try await Measure.children {
                        try Self.shell("\"$1\" emit \(Self.size) | cat > \"$2\"", OwnProcess.path, target)
                    })
                piped.append(try await Self.capture("emit", folder, target))
                cat.append(
                    try await Measure.children { try Self.shell("cat \"$1\" > \"$2\"", source, target) })
                copied.append(try await Self.capture("cat", folder, target))
            }
            let small = try OwnProcess.run([Role.capture.rawValue, "emit", "\(64 << 20)", target])
            let flat = try CaptureRun.Result(small)
            return [
                Self.speed("capture of 1 GB that `cat` reads from a file", copied, cat, peer: "cat FILE > FILE"),
                Self.speed("capture of 1 GB that a stage prints", piped, throughCat, peer: "the same | cat > FILE"),
                Self.memory(piped.map(\.run) + copied.map(\.run), flat),
            ]
        }
    }

    private static func speed(
        _ what: String, _ ours: [(cost: Cost, run: CaptureRun.Result)], _ peers: [Cost], peer: String
    ) -> Row {
        let total = Double(size) / 1_000_000
        let speeds = (ours.map { total / $0.run.seconds }.median, total / peers.wall * 1000)
        var row = Row(
            benchmark: "capture", what: what, ours: speeds.0, unit: "MB/s", peer: peer, peerValue: speeds.1,
            target: "at least 0.5",
            note: "our process and what it reads from: \(ours.map(\.cost).note); peer: \(peers.note)")
        row.isMet = row.ratio.map { $0 >= 0.5 }
        return row
    }

    private static func memory(_ runs: [CaptureRun.Result], _ small: CaptureRun.Result) -> Row {
        let peak = runs.map(\.peak).max() ?? 0
        var row = Row(
            benchmark: "capture", what: "peak memory while 1 GB is captured", ours: peak, unit: "MiB",
            peer: "while 64 MB are captured", peerValue: small.peak, target: "flat",
            note: "growth over the largest of \(runs.count) runs; flat means less than 2 MiB for 16 times the output")
        row.isMet = peak - small.peak < 2
        return row
    }

    private static func capture(_ kind: String, _ folder: String, _ target: String) async throws
        -> (cost: Cost, run: CaptureRun.Result)
    {
        unlink(target)
        let argument = kind == "cat" ? "\(folder)/source" : "\(size)"
        var text = ""
        let cost = try await Measure.children {
            text = try OwnProcess.run([Role.capture.rawValue, kind, argument, target])
        }
        var information = stat()
        guard stat(target, &information) == 0, information.st_size == size else {
            throw BenchError("not all of the output was captured")
        }
        return (cost, try CaptureRun.Result(text))
    }

    private static func shell(_ script: String, _ first: String, _ second: String) throws {
        unlink(second)
        let result = try PeerCommand.run(["sh", "-c", script, "sh", first, second], isQuiet: false)
        guard result.status == 0 else { throw BenchError("'\(script)' ended with \(result.status)") }
    }
}

/// One capture in a process of its own, so that its memory is nobody else's.
struct CaptureRun {
    struct Result: Codable, Sendable {
        var seconds: Double
        /// MiB.
        var peak: Double
        var lines: Int

        init(_ text: String) throws { self = try JSONDecoder().decode(Result.self, from: Data(text.utf8)) }
        init(seconds: Double, peak: Double, lines: Int) {
            self.seconds = seconds
            self.peak = peak
            self.lines = lines
        }
    }

    private let command: [String]
    private let file: String

    init(_ arguments: [String]) throws {
        guard arguments.count == 3 else { throw BenchError("capture emit|cat BYTES|FILE FILE") }
        command = arguments[0] == "cat" ? ["cat", arguments[1]] : [OwnProcess.path, "emit", arguments[1]]
        file = arguments[2]
    }

    func run() async throws {
        var options = StageOutput.Options()
        // What is measured is the way to the file.
        options.fileBytes = .max
        let output = StageOutput(file: file, options: options) { _ in }
        let capture = OutputCapture(output)
        let clock = ContinuousClock()
        let started = clock.now
        let result = await ProcessRunner().run(
            ProcessRequest(
                operation: "bench-\(getpid())", arguments: command, directory: "/",
                environment: ["PATH": "/usr/bin:/bin"], timeout: .seconds(600))
        ) { capture.receive($0, $1) }
        capture.finish()
        let summary = output.finish()
        let seconds = (clock.now - started).inSeconds
        guard result.succeeded else { throw BenchError("the command ended with \(result.end)") }
        if let reason = summary.fileError { throw BenchError(reason) }
        let peak = ProcessFigures(pid: getpid()).peakMemory ?? 0
        let data = try JSONEncoder().encode(Result(seconds: seconds, peak: peak, lines: summary.lines))
        print(String(decoding: data, as: UTF8.self))
    }
}
