import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Deployments that are broken off at some point, and what the next one makes of it.
struct InterruptedDeployment: Sendable {
    enum Manner: String, Sendable {
        /// The worker is killed with SIGKILL.
        case killed
        /// The stage is cancelled, as a newer commit or the operator does.
        case cancelled
    }

    /// When it is broken off.
    private enum Moment: Sendable {
        /// As it asks for its command of this number.
        case command(Int)
        /// As its request of this number has been answered, before it hears of that.
        case answer(Int)
        /// After this share of the time that a deploy takes.
        case share(Double)

        var text: String {
            switch self {
            case .command(let number): "when it wanted its command number \(number)"
            case .answer(let number): "when its request number \(number) had been answered"
            case .share(let share): "after \(Int((share * 100).rounded())) per cent of its time"
            }
        }
    }

    private let room: CheckRoom
    private let manner: Manner
    private let counter: HostCallCounter
    private let stages: ConformanceStages
    private var example: ExampleDeployment
    private var random: SeededRandom
    private var problems: [String] = []
    /// Each update has revisions of its own: what an earlier one left is not taken for it.
    private var turn = 0

    static func check(_ room: CheckRoom, _ manner: Manner) async throws -> CheckVerdict {
        let counter = HostCallCounter()
        return try await ConformanceStages.real(room, counter.wrap) { stages in
            var deployment = InterruptedDeployment(room, manner, counter, stages)
            return try await deployment.run()
        }
    }

    private init(_ room: CheckRoom, _ manner: Manner, _ counter: HostCallCounter, _ stages: ConformanceStages) {
        self.room = room
        self.manner = manner
        self.counter = counter
        self.stages = stages
        example = ExampleDeployment(stages)
        random = SeededRandom(seed: room.options.seed)
    }

    /// Where what is live can be shown and changed, an update is broken off; else a first deployment, again and again.
    private var isUpdate: Bool { room.options.change != nil && room.options.live != nil }
    private var saved: String { "\(room.folder)/saved" }

    private mutating func run() async throws -> CheckVerdict {
        try await prepare()
        counter.disarm()
        let began = ContinuousClock.now
        try await finish()
        var time = ContinuousClock.now - began
        let expected = try await LiveState.look(room)
        let moments = moments()
        let shares = manner == .killed ? 4 : 2
        var interruptions = 0
        // What comes too late is tried again: the first deploy takes longer than the next.
        for turn in 0..<(moments.count + 3 * shares) where interruptions < moments.count + shares {
            let moment =
                turn < moments.count ? moments[turn] : .share(Double.random(in: 0.05...0.95, using: &random))
            try await begin()
            let started = ContinuousClock.now
            guard try await interrupt(moment) else {
                time = min(time, ContinuousClock.now - started)
                continue
            }
            interruptions += 1
            counter.disarm()
            do { try await finish() } catch let obstacle as ExampleDeployment.Obstacle {
                guard case .failed(let found) = obstacle.verdict else { throw obstacle }
                problems += found.map { "\(manner) \(moment.text): \($0)" }
                continue
            }
            problems += expected.differences(to: try await LiveState.look(room)).map {
                "\(manner) \(moment.text), and deployed again: \($0) in what is live"
            }
        }
        guard problems.isEmpty else { return .failed(problems) }
        return interruptions > 0
            ? .passed(notes: ["\(manner) \(interruptions) times"])
            : .skipped("it deploys faster than it can be \(manner)")

        /// Of the commands the first, of the answers the first and some of the rest.
        func moments() -> [Moment] {
            let most = manner == .killed ? (commands: 3, answers: 4) : (commands: 2, answers: 2)
            var moments = (0..<min(counter.commands, most.commands)).map { Moment.command($0 + 1) }
            var later = Array((0..<counter.answers).dropFirst(most.answers)).shuffled(using: &random)
            later = Array(later.prefix(most.answers).sorted())
            moments += ((0..<min(counter.answers, most.answers)) + later).map { Moment.answer($0 + 1) }
            return moments
        }

        func interrupt(_ moment: Moment) async throws -> Bool { try await self.interrupt(moment, time) }
    }

    private var revision: Revision { get throws { try ExampleDeployment.revision(isUpdate ? 2 * turn : 1) } }

    private mutating func prepare() async throws {
        guard !isUpdate else { return try await begin() }
        try await example.build(revision)
        try copyParts(from: room.folder, to: saved)
    }

    /// Everything before the deploy that is to be broken off.
    private mutating func begin() async throws {
        guard isUpdate else { return try copyParts(from: saved, to: room.folder) }
        counter.disarm()
        turn += 1
        try example.restore()
        try await example.deploy(ExampleDeployment.revision(2 * turn - 1))
        try example.change(2)
        try await example.build(revision)
    }

    private mutating func finish() async throws {
        // What is copied back has no past.
        if isUpdate { try await example.release(revision) } else { try await example.step(.deploy, revision) }
    }

    /// Returns whether it was broken off before it had answered.
    private mutating func interrupt(_ moment: Moment, _ time: Duration) async throws -> Bool {
        let operation = "harness-\(manner)-\(UInt64.random(in: 1...(.max)))"
        let handle = StageHandle()
        let manner = manner
        let strike: @Sendable () -> Void = { manner == .killed ? Workers.kill(operation) : handle.cancel() }
        var timer: Task<Void, any Error>?
        switch moment {
        case .command(let number): counter.arm(command: number, strike)
        case .answer(let number): counter.arm(answer: number, strike)
        case .share(let share):
            counter.disarm()
            timer = Task {
                try await Task.sleep(for: time * share)
                strike()
            }
        }
        let (stages, revision, example) = (stages, try revision, example)
        let outcome = try await handle.run {
            try await stages.run(
                .deploy, revision: revision, previous: example.previous, state: example.state, operation: operation)
        }
        timer?.cancel()
        let faults = outcome.diagnostics.filter { $0.code.hasPrefix("plugin.") }
        if manner == .killed { return faults.contains { $0.code == "plugin.crash" } }
        problems += faults.map { "cancelled \(moment.text): \($0.message)" }
        return outcome.status == .cancelled
    }

    /// Scratch and release folders, put back where they were: build folders know their own paths.
    private func copyParts(from source: String, to target: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        for part in ["scratch", "releases"] {
            try? files.removeItem(atPath: "\(target)/\(part)")
            try files.copyItem(atPath: "\(source)/\(part)", toPath: "\(target)/\(part)")
        }
    }
}
