import Model
import Synchronization
import Testing

@testable import Pipeline

/// Keeps every call in order.
actor Journal: Recorder {
    private(set) var lines: [String] = []
    private var failAfter = Int.max
    func failing(after count: Int) { failAfter = count }
    func failNow() { failAfter = lines.count }
    private func write(_ line: String) throws(Failure) {
        guard lines.count < failAfter else { throw Failure(.init("history.full"), "the disk is full") }
        lines.append(line)
    }
    func serviceStarted(cycle: Int64, service: ServiceName, reasons: [DueReason]) throws(Failure) {
        try write("service \(service)")
    }
    func stageStarted(cycle: Int64, service: ServiceName, stage: Stage, operation: String, at: Timestamp)
        throws(Failure)
    {
        try write("start \(service) \(stage)")
    }
    func stageEnded(cycle: Int64, service: ServiceName, outcome: StageOutcome) throws(Failure) {
        try write("end \(service) \(outcome.stage) \(outcome.status.rawValue)")
    }
    func groupReleased(cycle: Int64, group: String, members: [Plan.Item]) throws(Failure) {
        try write("release \(group): " + members.map(\.service.name.text).joined(separator: " "))
    }
    func servicesEnded(cycle: Int64, _ ends: [ServiceEnd]) throws(Failure) {
        let texts = ends.map { end in
            let asked = end.dependents.isEmpty ? "" : ", asks for " + end.dependents.map(\.text).joined(separator: " ")
            return "\(end.service) \(end.outcome.rawValue)\(asked)"
        }
        try write("done " + texts.joined(separator: ", "))
        self.ends += ends
    }
    private(set) var ends: [ServiceEnd] = []
}

struct Runner: StageRunner {
    /// What a deploy hands over.
    var checkpoint: [UInt8]?
    var behaviour: @Sendable (StageRequest) async -> StageStatus
    func run(_ request: StageRequest, events: @escaping @Sendable (StageEvent) -> Void) async -> StageOutcome {
        events(.log(LogLine("running")))
        let status = await behaviour(request)
        var outcome = StageOutcome(
            stage: request.stage, status: status, summary: "\(request.stage) \(status.rawValue)")
        if request.stage == .deploy { outcome.checkpoint = checkpoint }
        return outcome
    }
}

struct Preparer: StagePreparer {
    var broken: ServiceName?
    func request(for item: Plan.Item, stage: Stage, state: ServiceState, operation: String) async throws(Failure)
        -> StageRequest
    {
        if item.service.name == broken { throw Failure(.init("worktree.missing"), "the folder is gone") }
        return StageRequest(
            operation: operation, service: item.service, stage: stage, sourceDirectory: "/s", scratchDirectory: "/t",
            releaseDirectory: "/r", revision: item.revision, state: state.deployed?.checkpoint, timeout: .seconds(1))
    }
}

@Suite struct CycleDriverTests {
    private func driver(
        _ services: [Service], journal: Journal, limit: Int = 2, broken: ServiceName? = nil,
        behaviour: @escaping @Sendable (StageRequest) async -> StageStatus
    ) -> CycleDriver {
        CycleDriver(
            cycle: 1, plan: Plan(revision: oid(100), items: services.map { item($0) }), states: [:], limit: limit,
            runner: Runner(behaviour: behaviour), preparer: Preparer(broken: broken), recorder: journal,
            report: { _ in })
    }

    /// What follows a deploy works on what that has made live; a rollback goes back to what was live before.
    @Test func theStagesAfterADeployGetItsCheckpoint() async throws {
        for (handed, follow) in [([2], [2]), (nil, [1])] as [([UInt8]?, [UInt8])] {
            let seen = Mutex<[String: [UInt8]?]>([:])
            let runner = Runner(checkpoint: handed) { request in
                seen.withLock { $0["\(request.stage)"] = request.state }
                return request.stage == .health ? .failed : .ok
            }
            let a = item(service("a", stages: [.build, .deploy, .restart, .health]))
            let release = Release(
                revision: oid(1), fingerprint: a.fingerprint, checkpoint: [1],
                deployedAt: Timestamp(microseconds: 0))
            let state = ServiceState(service: a.service.name, deployed: release)
            let driver = CycleDriver(
                cycle: 1, plan: Plan(revision: oid(100), items: [a]), states: [a.service.name: state], limit: 1,
                runner: runner, preparer: Preparer(), recorder: Journal(), report: { _ in })
            #expect(try await driver.run().services.map(\.outcome) == [.rolledBack])
            #expect(
                seen.withLock { $0 }
                    == ["build": [1], "deploy": [1], "restart": follow, "health": follow, "rollback": [1]])
        }
    }

    @Test func everyActIsWrittenDownBeforeAndAfter() async throws {
        let journal = Journal()
        let result = try await driver([service("a", stages: [.build, .deploy])], journal: journal) { _ in .ok }.run()
        #expect(result.outcome == .succeeded)
        #expect(
            await journal.lines == [
                "service a", "start a build", "end a build ok", "start a deploy", "end a deploy ok", "done a deployed",
            ])
    }

    @Test func aFailureWhilePreparingIsTheStagesFailureAndTheOthersGoOn() async throws {
        let journal = Journal()
        let result = try await driver(
            [service("a", stages: [.build]), service("b", stages: [.build])], journal: journal, broken: name("a")
        ) { _ in .ok }.run()
        #expect(result.outcome == .failed)
        #expect(result.services.map(\.outcome) == [.failed, .deployed])
        #expect(result.services.first?.stages.first?.diagnostics.first?.code == "worktree.missing")
    }

    /// Two services of which the first one's build ends only when it is cancelled.
    private func neverEnding(_ journal: Journal) -> CycleDriver {
        driver([service("a"), service("b", dependsOn: ["a"])], journal: journal) { request in
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
            return .cancelled
        }
    }

    @Test func supersedingCancelsABuildThatNeverEnds() async throws {
        let journal = Journal()
        let driver = neverEnding(journal)
        async let result = driver.run()
        try await Task.sleep(for: .milliseconds(50))
        await driver.supersede()
        #expect(try await result.outcome == .superseded)
        #expect(try await result.services.map(\.outcome) == [.superseded, .superseded])
    }

    @Test func whatTheDaemonsEndCutsOffIsInterruptedAndNotSuperseded() async throws {
        let journal = Journal()
        let driver = neverEnding(journal)
        async let result = driver.run()
        try await Task.sleep(for: .milliseconds(50))
        await driver.end()
        #expect(try await result.outcome == .interrupted)
        #expect(try await result.services.map(\.outcome) == [.interrupted, .interrupted])
        #expect(await journal.ends.allSatisfy { $0.note == "the daemon was told to end" })
    }

    @Test func aHistoryThatCannotBeWrittenStopsTheCycleBeforeTheNextAct() async throws {
        let journal = Journal()
        await journal.failing(after: 3)
        await #expect(throws: Failure.self) {
            try await driver([service("a", stages: [.build, .deploy])], journal: journal) { _ in .ok }.run()
        }
        #expect(await journal.lines.last == "end a build ok")
    }

    @Test func aDeployGoesOnToItsEndWhenTheHistoryCannotBeWrittenAndNothingElseBegins() async throws {
        let journal = Journal()
        let ran = Mutex<[String]>([])
        let failure = await #expect(throws: Failure.self) {
            try await driver(
                [service("a", stages: [.deploy, .health]), service("b", stages: [.build, .deploy]), service("c")],
                journal: journal
            ) { request in
                ran.withLock { $0.append("\(request.service.name) \(request.stage)") }
                if request.service.name.text == "b" {
                    while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
                    return .cancelled
                }
                if request.stage == .deploy {
                    // Not before the other one builds.
                    while !ran.withLock({ $0.contains("b build") }) { try? await Task.sleep(for: .milliseconds(5)) }
                    await journal.failNow()
                }
                return request.stage == .health ? .failed : .ok
            }.run()
        }
        #expect(failure?.code.rawValue == "history.full")
        #expect(ran.withLock { $0.sorted() } == ["a deploy", "a health", "a rollback", "b build"])
        #expect(await journal.lines.last == "start b build")
    }

    @Test func aRollbackUnderWayIsNotBrokenOff() async throws {
        let journal = Journal()
        let (isRollingBack, began) = AsyncStream<Void>.makeStream()
        let driver = driver([service("a", stages: [.deploy])], journal: journal) { request in
            if request.stage == .deploy { return .failed }
            began.finish()
            for _ in 0..<20 where !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
            return Task.isCancelled ? .cancelled : .ok
        }
        async let result = driver.run()
        for await _ in isRollingBack {}
        await driver.cancelAll()
        #expect(try await result.services.map(\.outcome) == [.rolledBack])
    }

    @Test func aDeployWhoseTimeIsUpIsRolledBack() async throws {
        let (isDeploying, began) = AsyncStream<Void>.makeStream()
        let driver = driver([service("a", stages: [.deploy])], journal: Journal()) { request in
            if request.stage == .rollback { return Task.isCancelled ? .cancelled : .ok }
            began.finish()
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
            return .cancelled
        }
        async let result = driver.run()
        for await _ in isDeploying {}
        await driver.cancelAll()
        #expect(try await result.services.map(\.outcome) == [.rolledBack])
    }

    @Test func whatIsSupersededBeforeItRunsBeginsNothing() async throws {
        let journal = Journal()
        let driver = driver([service("a")], journal: journal) { _ in .ok }
        await driver.supersede()
        #expect(try await driver.run().outcome == .superseded)
        #expect(await journal.lines == ["done a superseded"])
    }

    @Test func theDependentsOfADeployedServiceAreAskedForDueOrNot() async throws {
        let journal = Journal()
        var idle = item(service("c", dependsOn: ["a"]))
        idle.decision = .upToDate
        let due = [item(service("a", stages: [.build])), item(service("b", dependsOn: ["a"], stages: [.build]))]
        let driver = CycleDriver(
            cycle: 1, plan: Plan(revision: oid(100), items: due + [idle]), states: [:], limit: 1,
            runner: Runner { _ in .ok }, preparer: Preparer(), recorder: journal, report: { _ in })
        _ = try await driver.run()
        #expect(await journal.lines.contains("done a deployed, asks for b c"))
        #expect(await journal.lines.contains("done b deployed"))
    }

    @Test func aFailedHealthCheckRollsBackAndQuarantines() async throws {
        let journal = Journal()
        let result = try await driver([service("a")], journal: journal) { $0.stage == .health ? .failed : .ok }.run()
        #expect(result.services.first?.outcome == .rolledBack)
        #expect(await journal.lines.suffix(3) == ["start a rollback", "end a rollback ok", "done a rolled-back"])
    }
}
