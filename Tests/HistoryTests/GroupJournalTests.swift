import GRDB
import Model
import Testing

@testable import History

/// A group in the journal: what a kill leaves of it is found again.
@Suite struct GroupJournalTests {
    private func begin(_ store: HistoryStore, _ items: [Plan.Item]) async throws -> Int64 {
        let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
        for item in items {
            try await store.serviceStarted(cycle: id, service: item.service.name, reasons: [.neverDeployed])
            try await run(store, id, item.service.name, .build)
        }
        try await store.groupReleased(cycle: id, group: "g", members: items)
        return id
    }

    private func run(
        _ store: HistoryStore, _ cycle: Int64, _ service: ServiceName, _ stage: Stage, _ status: StageStatus? = .ok,
        checkpoint: [UInt8]? = nil
    ) async throws {
        try await store.stageStarted(cycle: cycle, service: service, stage: stage, operation: "o", at: .now)
        guard let status else { return }
        var outcome = Fixture.outcome(stage, status)
        outcome.checkpoint = checkpoint
        try await store.stageEnded(cycle: cycle, service: service, outcome: outcome)
    }

    @Test func aGroupThatWasGoingLiveIsFoundAndItsCycleStaysOpenUntilItIsRolledBack() async throws {
        try await Fixture.withStore { store in
            // In the journal's order, not in that of the names.
            let items = [Fixture.item("b"), Fixture.item("a"), Fixture.item("c")]
            let id = try await begin(store, items)
            try await run(store, id, Fixture.service("b"), .deploy)
            try await run(store, id, Fixture.service("b"), .health)
            try await run(store, id, Fixture.service("a"), .deploy, nil)

            let cut = try #require(try await store.interrupted().first)
            let groups = try await store.markInterrupted(cut, at: .now)
            #expect(groups.map(\.name) == ["g"])
            #expect(groups.first?.members.map(\.item) == items)
            #expect(groups.first?.members.map(\.isTouched) == [true, true, false])
            #expect(groups.first?.members.allSatisfy { $0.failed == nil && $0.undone == nil } == true)
            // It is not deployed anew before it is rolled back; nothing of it runs any more.
            #expect(try await store.restartsPending().isEmpty)
            let open = try #require(try await store.interrupted().first)
            #expect(open.stages.isEmpty && open.services.count == 3)
            // Another death in between changes nothing.
            #expect(try await store.markInterrupted(open, at: .now) == groups)

            try await store.servicesEnded(
                cycle: id,
                items.map { item in
                    ServiceEnd(
                        service: item.service.name, outcome: .interrupted,
                        state: ServiceState(service: item.service.name), note: "its group was rolled back")
                })
            #expect(try await store.markInterrupted(open, at: .now).isEmpty)
            #expect(try await store.interrupted().isEmpty)
            let record = try #require(try await store.cycle(id))
            #expect(record.outcome == .interrupted)
            #expect(record.services.map(\.note) == Array(repeating: "its group was rolled back", count: 3))
        }
    }

    @Test func aRollbackThatWasCutOffIsFoundWithWhatItIsForAndWhatIsDone() async throws {
        try await Fixture.withStore { store in
            let items = ["a", "b", "c", "d"].map { Fixture.item($0) }
            let id = try await begin(store, items)
            // Side by side: c went live before b.
            for name in ["a", "c", "b"] { try await run(store, id, Fixture.service(name), .deploy) }
            try await run(store, id, Fixture.service("b"), .health, .failed)
            try await run(store, id, Fixture.service("a"), .health, .cancelled)
            try await run(store, id, Fixture.service("b"), .rollback, checkpoint: [4])
            try await run(store, id, Fixture.service("c"), .rollback, nil)

            let cut = try #require(try await store.interrupted().first)
            let members = try #require(try await store.markInterrupted(cut, at: .now).first?.members)
            #expect(members.map(\.item.service.name.text) == ["a", "c", "b", "d"])
            #expect(members.map(\.isTouched) == [true, true, true, false])
            #expect(members.map(\.failed?.stage) == [nil, nil, .health, nil])
            #expect(members.map(\.failed?.summary) == [nil, nil, "health ended", nil])
            #expect(members.map(\.undone?.checkpoint) == [nil, nil, [4], nil])
            #expect(members[1].undone == nil)
        }
    }

    @Test func aGroupThatIsLiveAndWellAsAWholeIsAskedForInstead() async throws {
        try await Fixture.withStore { store in
            let items = [Fixture.item("a"), Fixture.item("t", stages: [.build])]
            let id = try await begin(store, items)
            try await run(store, id, Fixture.service("a"), .deploy)
            try await run(store, id, Fixture.service("a"), .health)
            let cut = try #require(try await store.interrupted().first)
            #expect(try await store.markInterrupted(cut, at: .now).isEmpty)
            #expect(try await store.restartsPending().map(\.service.text) == ["a"])
            #expect(try await store.cycle(id)?.outcome == .interrupted)
        }
    }

    @Test func aGroupOfWhichNothingWasLiveAndOneThatEndedLeaveNothingToUndo() async throws {
        try await Fixture.withStore { store in
            let built = try await begin(store, [Fixture.item("a"), Fixture.item("b")])
            let cut = try #require(try await store.interrupted().first)
            #expect(try await store.markInterrupted(cut, at: .now).isEmpty)
            #expect(try await store.cycle(built)?.services.map(\.outcome) == [.interrupted, .interrupted])
            #expect(try await store.restartsPending().isEmpty)

            let ended = try await begin(store, [Fixture.item("a"), Fixture.item("b")])
            for name in ["a", "b"] { try await run(store, ended, Fixture.service(name), .deploy) }
            try await store.servicesEnded(
                cycle: ended,
                ["a", "b"].map { text in
                    ServiceEnd(
                        service: Fixture.service(text), outcome: .deployed,
                        state: ServiceState(service: Fixture.service(text), deployed: Fixture.release(1)))
                })
            let second = try #require(try await store.interrupted().first)
            #expect(try await store.markInterrupted(second, at: .now).isEmpty)
        }
    }

    @Test func theMembersOfAGroupEndTogetherOrNotAtAll() async throws {
        try await Fixture.withStore { store in
            let items = [Fixture.item("a"), Fixture.item("b")]
            let id = try await begin(store, items)
            for item in items { try await run(store, id, item.service.name, .deploy) }
            let queue = try DatabaseQueue(path: store.path)
            try await queue.write { db in
                try db.execute(
                    sql: """
                        CREATE TRIGGER full BEFORE INSERT ON serviceStates WHEN NEW.service = 'b'
                        BEGIN SELECT RAISE(ABORT, 'no space'); END
                        """)
            }
            let ends = items.map { item in
                ServiceEnd(
                    service: item.service.name, outcome: .deployed,
                    state: ServiceState(service: item.service.name, deployed: Fixture.release(1)))
            }
            await #expect(throws: Failure.self) { try await store.servicesEnded(cycle: id, ends) }
            #expect(try await store.states().isEmpty)
            #expect(try await store.interrupted().first?.services.count == 2)
            try await queue.write { try $0.execute(sql: "DROP TRIGGER full") }
            try queue.close()
            try await store.servicesEnded(cycle: id, ends)
            #expect(try await store.states().count == 2)
        }
    }
}
