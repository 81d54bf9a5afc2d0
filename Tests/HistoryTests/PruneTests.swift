import GRDB
import History
import Model
import TestSupport
import Testing

@Suite struct PruneTests {
    let api = Fixture.service("api")

    private func run(_ store: HistoryStore, _ number: Int) async throws -> Int64 {
        let id = try await store.cycleStarted(
            revision: Fixture.revision(number), previous: nil, log: "l", at: .now)
        var outcome = Fixture.outcome(.build)
        outcome.diagnostics = (0..<20).map { Fixture.diagnostic("\($0) " + String(repeating: "x", count: 1000)) }
        outcome.tests = Fixture.tests()
        try await store.stageEnded(cycle: id, service: api, outcome: outcome)
        try await store.serviceEnded(
            cycle: id, service: api, outcome: .deployed,
            state: ServiceState(service: api, deployed: Fixture.release(number)))
        return id
    }

    @Test func onlyTheNewestEndedCyclesStay() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            let store = try await HistoryStore.open(at: path)
            var ids: [Int64] = []
            for number in 1...130 {
                let id = try await run(store, number)
                ids.append(id)
                // One in the middle is still open, so it has to stay.
                if number != 5 { try await store.cycleEnded(cycle: id, outcome: .succeeded, at: .now) }
            }
            let state = try await store.state(of: api)
            let before = try size(path)
            #expect(try await store.prune(keepingCycles: 10) == 119)
            #expect(try await store.prune(keepingCycles: 10) == 0)
            #expect(try await store.cycles(limit: 1000).map(\.id) == ids.suffix(10).reversed() + [ids[4]])
            #expect(try await store.cycle(ids[120])?.services.first?.stages.first?.diagnostics.count == 20)
            #expect(try await store.state(of: api) == state)
            // And the one that the open cycle's state speaks of, with the one that it could be taken back to.
            #expect(try await store.releases(service: api, limit: 1000).count == HistoryStore.keptReleases + 2)
            #expect(try size(path) < before / 3, "the space goes back to the file system")
            #expect(try await run(store, 131) > ids[129], "ids are never given twice")
            await store.close()

            let queue = try DatabaseQueue(path: path)
            let (orphans, checks) = try await queue.read { db in
                (
                    try Int.fetchOne(
                        db, sql: "SELECT count(*) FROM diagnostics WHERE stage NOT IN (SELECT id FROM stages)"),
                    try String.fetchOne(db, sql: "PRAGMA integrity_check")
                )
            }
            #expect(orphans == 0 && checks == "ok")
            try queue.close()
        }
    }

    @Test func openFeedbackAndRequestsStay() async throws {
        try await Fixture.withStore { store in
            try await store.feedbackReceived(id: "f", file: "f", digest: "d", at: .now)
            try await store.restartRequested(service: api, by: "x", at: .now)
            try await store.prune(keepingCycles: 0)
            #expect(try await store.feedbackOpen().count == 1)
            #expect(try await store.restartsPending().count == 1)
        }
    }

    private func size(_ path: String) throws -> Int {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { db in
            try (Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0) * (Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        }
    }
}
