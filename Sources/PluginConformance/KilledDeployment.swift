import Model
import Stages
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Deployments whose worker is killed with SIGKILL at some point, and what the next one makes of it.
enum KilledDeployment {
    /// When the worker is killed.
    private enum Moment: Sendable {
        /// As it asks for its command of this number.
        case command(Int)
        /// After this share of the time that a deploy takes.
        case share(Double)

        var text: String {
            switch self {
            case .command(let number): "when it wanted its command number \(number)"
            case .share(let share): "after \(Int((share * 100).rounded())) per cent of its time"
            }
        }
    }

    /// Moments at random, and how often one is tried.
    private static let wantedKills = 4
    private static let mostTries = 12

    static func check(_ room: CheckRoom) async throws -> CheckVerdict {
        let counter = CommandCounter()
        return try await ConformanceStages.real(room, counter.wrap) { stages in
            let example = ExampleDeployment(stages)
            let revision = try ExampleDeployment.revision(1)
            try await example.build(revision)
            let saved = "\(room.folder)/saved"
            try copyParts(of: room, from: room.folder, to: saved)

            counter.arm(at: nil, operation: "")
            let began = ContinuousClock.now
            try await example.step(.deploy, revision)
            var time = ContinuousClock.now - began
            let expected = TreeSnapshot.live(in: room.releases)
            let commands = min(counter.count, 3)
            var random = SeededRandom(seed: room.options.seed)

            var problems: [String] = []
            var killed = 0
            // What comes too late is tried again: the first deploy takes longer than the next.
            for turn in 0..<(commands + mostTries) where killed < commands + wantedKills {
                let share = Double.random(in: 0.05...0.95, using: &random)
                let moment = turn < commands ? Moment.command(turn + 1) : .share(share)
                try copyParts(of: room, from: saved, to: room.folder)
                let started = ContinuousClock.now
                guard try await kill(stages, counter, revision, moment, time) else {
                    time = min(time, ContinuousClock.now - started)
                    continue
                }
                killed += 1
                counter.arm(at: nil, operation: "")
                do {
                    try await example.step(.deploy, revision)
                } catch let obstacle as ExampleDeployment.Obstacle {
                    guard case .failed(let found) = obstacle.verdict else { throw obstacle }
                    problems += found.map { "killed \(moment.text): \($0)" }
                    continue
                }
                problems += expected.differences(to: TreeSnapshot.live(in: room.releases)).map {
                    "killed \(moment.text), and deployed again: \($0) in what is live"
                }
            }
            guard problems.isEmpty else { return .failed(problems) }
            return killed > 0
                ? .passed(notes: ["killed \(killed) times"]) : .skipped("it deploys faster than it can be killed")
        }
    }

    /// Returns whether the worker was killed before it had answered.
    private static func kill(
        _ stages: ConformanceStages, _ counter: CommandCounter, _ revision: Revision, _ moment: Moment, _ time: Duration
    ) async throws -> Bool {
        let operation = "harness-killed-\(UInt64.random(in: 1...(.max)))"
        var timer: Task<Void, any Error>?
        switch moment {
        case .command(let number): counter.arm(at: number, operation: operation)
        case .share(let share):
            counter.arm(at: nil, operation: operation)
            timer = Task {
                try await Task.sleep(for: time * share)
                Workers.kill(operation)
            }
        }
        let outcome = try await stages.run(.deploy, revision: revision, operation: operation)
        timer?.cancel()
        return outcome.diagnostics.contains { $0.code == "plugin.crash" }
    }

    /// Scratch and release folders, put back where they were: build folders know their own paths.
    private static func copyParts(of room: CheckRoom, from source: String, to target: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        for part in ["scratch", "releases"] {
            try? files.removeItem(atPath: "\(target)/\(part)")
            try files.copyItem(atPath: "\(source)/\(part)", toPath: "\(target)/\(part)")
        }
    }
}

/// Counts the commands a stage wants, and kills its worker when it wants a certain one.
private final class CommandCounter: Sendable {
    private struct State {
        var count = 0
        var limit: Int?
        var operation = ""
    }
    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    func arm(at limit: Int?, operation: String) {
        state.withLock { $0 = State(limit: limit, operation: operation) }
    }

    func wrap(_ services: inout HostServices) {
        guard let process = services.process else { return }
        services.process = Counting(process: process, counter: self)
    }

    func take() -> Bool {
        let (isDue, operation) = state.withLock { state -> (Bool, String) in
            state.count += 1
            return (state.count == state.limit, state.operation)
        }
        if isDue { Workers.kill(operation) }
        return isDue
    }

    private struct Counting: ProcessService {
        let process: any ProcessService
        let counter: CommandCounter
        func run(
            _ request: ProcessRequest, output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
        ) async -> ProcessResult {
            if counter.take() { return ProcessResult(end: .cancelled) }
            return await process.run(request, output: output)
        }
    }
}

/// Workers by the operation they work on.
enum Workers {
    /// Kills the plugin's process (its guardian sees to the rest).
    static func kill(_ operation: String) {
        let marker = Array("DEPLOYER_OPERATION=\(operation)".utf8)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name), let variables = KernelFile.bytes("/proc/\(pid)/environ"),
                variables.split(separator: 0).contains(where: { $0.elementsEqual(marker) }),
                let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe"),
                program.hasSuffix("/PluginWorker")
            else { continue }
            signal(pid)
        }
    }
}

#if canImport(Glibc)
    private func signal(_ pid: Int32) { _ = Glibc.kill(pid, SIGKILL) }
#else
    private func signal(_ pid: Int32) { _ = Darwin.kill(pid, SIGKILL) }
#endif

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed everywhere.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
