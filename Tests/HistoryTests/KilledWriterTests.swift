import Foundation
import History
import Model
import TestSupport
import Testing

/// The test binary starts itself as the writing process and kills it.
@Suite(.serialized) struct KilledWriterTests {
    private static let pathVariable = "DEPLOYER_TEST_HISTORY"
    private static let toldVariable = "DEPLOYER_TEST_TOLD"
    private static var path: String? { ProcessInfo.processInfo.environment[pathVariable] }

    /// Runs in the child alone: writes without end, and after each call that returned says so in a file.
    @Test(.enabled(if: path != nil, "is the child that killedWriterLosesNothing starts and kills"))
    func childThatWritesUntilItIsKilled() async throws {
        let environment = ProcessInfo.processInfo.environment
        let path = try #require(environment[Self.pathVariable])
        let toldPath = try #require(environment[Self.toldVariable])
        let told = try #require(FileHandle(forWritingAtPath: toldPath))
        try told.seekToEnd()
        let store = try await HistoryStore.open(at: path)
        for cycle in try await store.interrupted() { try await store.markInterrupted(cycle, at: .now) }
        func tell(_ line: String) throws { try told.write(contentsOf: Data("\(line)\n".utf8)) }
        let api = Fixture.service("api")
        while true {
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            try tell("cycle \(id)")
            for number in 1...3 {
                try await store.stageStarted(
                    cycle: id, service: api, stage: .build, operation: "\(id)-\(number)", at: .now)
                try tell("stage \(id) \(number)")
                var outcome = Fixture.outcome(.build)
                outcome.diagnostics = (0..<10).map { Fixture.diagnostic("\($0)") }
                try await store.stageEnded(cycle: id, service: api, outcome: outcome)
                try tell("ended \(id) \(number)")
            }
            let release = Fixture.release(Int(id))
            try await store.serviceEnded(
                cycle: id, service: api, outcome: .deployed, state: ServiceState(service: api, deployed: release))
            try tell("state \(id)")
            try await store.feedbackReceived(id: "f\(id)", file: "f", digest: "\(id)", at: .now)
            try await store.feedbackPhase(id: "f\(id)", phase: .committed(Fixture.revision(Int(id))))
            try tell("commit \(id)")
            try await store.cycleEnded(cycle: id, outcome: .succeeded, at: .now)
            try tell("done \(id)")
        }
    }

    @Test(.enabled(if: path == nil, "this is the child"))
    func killedWriterLosesNothing() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            let told = "\(folder)/told"
            try Disk.write([], to: told)
            for round in 1...6 {
                try await killOneWriter(path, told, after: round)
                try await check(path, told: String(decoding: try Disk.read(told), as: UTF8.self))
            }
        }
    }

    /// Starts a writer, waits until it has told of some work, and kills it wherever it is then.
    private func killOneWriter(_ path: String, _ told: String, after round: Int) async throws {
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let child = Process()
        child.executableURL = URL(fileURLWithPath: executable)
        child.arguments = [
            "--testing-library", "swift-testing", "--filter", "childThatWritesUntilItIsKilled",
        ]
        child.environment = ProcessInfo.processInfo.environment.merging(
            [Self.pathVariable: path, Self.toldVariable: told]) { $1 }
        child.standardOutput = FileHandle.nullDevice
        child.standardError = FileHandle.nullDevice
        let before = try Disk.read(told).count
        let ended = AsyncStream.makeStream(of: Int32.self)
        child.terminationHandler = {
            ended.continuation.yield($0.terminationStatus)
            ended.continuation.finish()
        }
        try child.run()
        let deadline = ContinuousClock.now + .seconds(60)
        while try Disk.read(told).count < before + 100 + round * 350, child.isRunning {
            guard ContinuousClock.now < deadline else { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        kill(child.processIdentifier, SIGKILL)
        for await status in ended.stream { #expect(status == SIGKILL, "the writer ended by itself") }
    }

    private func check(_ path: String, told: String) async throws {
        let store = try await HistoryStore.open(at: path)
        #expect(store.recovery == nil, "a kill is no damage")
        let api = Fixture.service("api")
        var cycles: [Int64: CycleRecord] = [:]
        for cycle in try await store.cycles(limit: 100_000) { cycles[cycle.id] = cycle }
        let unfinished = try await store.interrupted()
        #expect(unfinished.count <= 1)
        let open = Dictionary(uniqueKeysWithValues: unfinished.map { ($0.id, $0) })
        let releases = Set(try await store.releases(service: api, limit: 100_000).map(\.revision))
        let lines = told.split(separator: "\n")
        #expect(lines.count > 5)
        for line in lines {
            let words = line.split(separator: " ")
            let id = try #require(Int64(words[1]))
            let cycle = try #require(cycles[id], "\(line)")
            let ended = cycle.services.first?.stages.count ?? 0
            switch words[0] {
            case "cycle": break
            case "stage":
                let number = try #require(Int(words[2]))
                let isOpen = open[id]?.stages.contains { $0.operation == "\(id)-\(number)" } ?? false
                #expect(ended >= number || isOpen, "\(line)")
            case "ended":
                let number = try #require(Int(words[2]))
                #expect(ended >= number, "\(line)")
            case "state": #expect(releases.contains(Fixture.revision(Int(id))), "\(line)")
            case "commit":
                #expect(try await store.feedback("f\(id)")?.commit == Fixture.revision(Int(id)), "\(line)")
            case "done": #expect(cycle.outcome == .succeeded, "\(line)")
            default: Issue.record("unknown: \(line)")
            }
        }
        await store.close()
    }
}
