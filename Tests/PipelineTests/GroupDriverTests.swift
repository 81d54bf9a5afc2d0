import Model
import Synchronization
import Testing

@testable import Pipeline

@Suite struct GroupDriverTests {
    private let services = [
        service("a", stages: [.build, .deploy], group: "g"),
        service("b", dependsOn: ["a"], stages: [.build, .deploy], group: "g"),
    ]
    private let now = Timestamp(seconds: 5)

    private func state(_ text: String, _ checkpoint: UInt8) -> ServiceState {
        ServiceState(
            service: name(text),
            deployed: Release(
                revision: oid(90), fingerprint: Fingerprint(tree: oid(9)), checkpoint: [checkpoint], deployedAt: now))
    }

    private func driver(
        _ journal: Journal, extra: [Service] = [],
        behaviour: @escaping @Sendable (StageRequest) async -> StageStatus
    ) -> CycleDriver {
        CycleDriver(
            cycle: 1, plan: Plan(revision: oid(100), items: (services + extra).map { item($0) }),
            states: [name("a"): state("a", 1), name("b"): state("b", 2)], limit: 1,
            runner: Runner(behaviour: behaviour), preparer: Preparer(), recorder: journal, report: { _ in })
    }

    @Test func whatItTakesToUndoAGroupIsWrittenDownBeforeItGoesLiveAndItsEndIsOne() async throws {
        let journal = Journal()
        let result = try await driver(journal, extra: [service("z", dependsOn: ["a"], stages: [.build])]) { _ in .ok }
            .run()
        #expect(result.outcome == .succeeded)
        #expect(
            await journal.lines == [
                "service a", "start a build", "end a build ok", "service b", "start b build", "end b build ok",
                "release g: a b", "start a deploy", "end a deploy ok", "start b deploy", "end b deploy ok",
                // b came after a already, z did not.
                "done a deployed, asks for z, b deployed", "service z", "start z build", "end z build ok",
                "done z deployed",
            ])
    }

    @Test func membersAreRolledBackToWhatTheyWereBeforeTheCycle() async throws {
        let journal = Journal()
        let asked = Mutex<[String]>([])
        let result = try await driver(journal) { request in
            if request.stage == .rollback {
                let state = request.state.map { "\($0)" } ?? "nothing"
                asked.withLock { $0.append("\(request.service.name) to \(state)") }
            }
            return request.stage == .deploy && request.service.name.text == "b" ? .failed : .ok
        }.run()
        #expect(asked.withLock { $0 } == ["b to [2]", "a to [1]"])
        #expect(result.services.map(\.outcome) == [.rolledBack, .rolledBack])
        #expect(result.services.first?.note == "with its group 'g', because 'b' failed at deploy")
        #expect(result.services.last?.note == "its group 'g' is rolled back with it: a")
        let ends = await journal.ends
        #expect(ends.map(\.state.deployed?.revision) == [oid(90), oid(90)])
        #expect(ends.map(\.state.failure?.isQuarantined) == [true, true])
        #expect(ends.map(\.state.failure?.culprit) == [name("b"), nil])
        #expect(await journal.lines.last == "done a rolled-back, b rolled-back")
    }

    @Test func aPluginThatKnowsNoRollbackLeavesWhatTheServiceFailedAt() async throws {
        let journal = Journal()
        let result = try await driver(journal) { request in
            request.stage == .rollback ? .unsupported : request.stage == .deploy ? .failed : .ok
        }.run()
        let culprit = try #require(result.services.first)
        #expect(culprit.outcome == .failed && culprit.stages.map(\.stage) == [.build, .deploy, .rollback])
        #expect(await journal.ends.first?.state.failure?.mayBeLive == true)
    }

    @Test func aHistoryThatIsFullInTheMiddleHasWhatIsLiveUndone() async throws {
        let journal = Journal()
        let ran = Mutex<[String]>([])
        let failure = await #expect(throws: Failure.self) {
            try await driver(journal) { request in
                ran.withLock { $0.append("\(request.service.name) \(request.stage)") }
                if request.stage == .deploy { await journal.failNow() }
                return .ok
            }.run()
        }
        #expect(failure?.code.rawValue == "history.full")
        #expect(ran.withLock { $0 } == ["a build", "b build", "a deploy", "a rollback"])
        #expect(await journal.ends.isEmpty)
    }

    @Test func aGroupThatCannotBeWrittenDownDoesNotGoLive() async throws {
        let journal = Journal()
        await journal.failing(after: 6)
        let ran = Mutex<[String]>([])
        await #expect(throws: Failure.self) {
            try await driver(journal) { request in
                ran.withLock { $0.append("\(request.service.name) \(request.stage)") }
                return .ok
            }.run()
        }
        #expect(ran.withLock { $0 } == ["a build", "b build"])
        #expect(await journal.lines.last == "end b build ok")
    }

    @Test func aDeployWhoseTimeIsUpTakesItsGroupBackAndIsDueAgain() async throws {
        let journal = Journal()
        let (isDeploying, began) = AsyncStream<Void>.makeStream()
        let driver = driver(journal) { request in
            guard request.stage == .deploy, request.service.name.text == "b" else {
                return Task.isCancelled ? .cancelled : .ok
            }
            began.finish()
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
            return .cancelled
        }
        async let result = driver.run()
        for await _ in isDeploying {}
        #expect(await driver.rollbacksInARow() == 2)
        await driver.cancelAll()
        #expect(try await result.services.map(\.outcome) == [.interrupted, .interrupted])
        #expect(await journal.ends.allSatisfy { $0.state.failure == nil })
        #expect(await journal.lines.suffix(2).first == "end a rollback ok")
    }

    @Test func aGroupThatWasCutOffIsUndoneInItsCycle() async throws {
        let journal = Journal()
        func member(_ service: Service, failed: Bool = false) -> UnfinishedGroup.Member {
            UnfinishedGroup.Member(
                item: item(service), isTouched: true,
                failed: failed ? StageOutcome(stage: .health, status: .failed, summary: "503") : nil)
        }
        func undo(_ members: [UnfinishedGroup.Member]) async throws -> CycleDriver.Result {
            try await CycleDriver(
                cycle: 7, undoing: [UnfinishedGroup(name: "g", members: members)],
                states: [name("a"): state("a", 1), name("b"): state("b", 2)], limit: 1, runner: Runner { _ in .ok },
                preparer: Preparer(), recorder: journal, report: { _ in }
            ).run()
        }
        let cut = try await undo(services.map { member($0) })
        #expect(cut.services.map(\.outcome) == [.interrupted, .interrupted])
        #expect(
            await journal.lines == [
                "start b rollback", "end b rollback ok", "start a rollback", "end a rollback ok",
                "done a interrupted, b interrupted",
            ])
        #expect(await journal.ends.allSatisfy { $0.state.failure == nil })

        let failed = try await undo([member(services[0]), member(services[1], failed: true)])
        #expect(failed.services.map(\.outcome) == [.rolledBack, .rolledBack])
        #expect(await journal.ends.suffix(2).map(\.state.failure?.isQuarantined) == [true, true])
    }
}
