import GRDB
import Model
import TestSupport
import Testing

@testable import History

@Suite struct MigrationTests {
    private let tables = [
        "cycles", "cycleEnds", "services", "serviceEnds", "stages", "stageEnds", "diagnostics", "testReports",
        "releases", "serviceStates", "feedbacks", "feedbackPhases", "verdicts", "restartRequests", "restartEnds",
        "restartsTaken", "groupMembers",
    ]

    @Test func anEmptyFileBecomesAHistory() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            try Disk.write([], to: path)
            let reading = await #expect(throws: Failure.self) { try await HistoryStore.openReadOnly(at: path) }
            #expect(reading?.code.rawValue == "history.none")
            let store = try await HistoryStore.open(at: path)
            #expect(store.recovery == nil)
            #expect(try await store.lastCycle() == nil)
            await store.close()
        }
    }

    @Test func anOlderHistoryIsBroughtUpToDateWithItsRows() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            let old = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(old, upTo: Schema.journal)
            try await old.write { db in
                try db.execute(
                    sql: "INSERT INTO cycles(revision, previous, log, startedAt) VALUES (?, NULL, 'l', 7000000)",
                    arguments: [Fixture.first.hex])
                try db.execute(
                    sql: "INSERT INTO feedbacks(name, file, digest, receivedAt) VALUES ('f', 'f.json', 'd', 1)")
                try db.execute(
                    sql: "INSERT INTO feedbackPhases(feedback, phase, enteredAt) VALUES (1, 'trying', 2)")
            }
            let reading = await #expect(throws: Failure.self) { try await HistoryStore.openReadOnly(at: path) }
            #expect(reading?.code.rawValue == "history.older")
            try old.close()

            let store = try await HistoryStore.open(at: path)
            #expect(store.recovery == nil)
            #expect(try await store.interrupted().map(\.revision) == [Fixture.first])
            #expect(try await store.feedbackOpen().map(\.phase) == [.trying])
            try await store.restartRequested(service: Fixture.service("api"), by: "x", at: .now)
            #expect(try await store.restartsPending().count == 1)
            await store.close()
        }
    }

    @Test func aNewerHistoryIsLeftAlone() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            let store = try await HistoryStore.open(at: path)
            await store.close()
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')") }
            try queue.close()
            for isReader in [false, true] {
                let failure = await #expect(throws: Failure.self) {
                    _ =
                        if isReader {
                            try await HistoryStore.openReadOnly(at: path)
                        } else {
                            try await HistoryStore.open(at: path)
                        }
                }
                #expect(failure?.code.rawValue == "history.newer")
                #expect(failure?.remedy != nil)
            }
            let after = try DatabaseQueue(path: path)
            let identifiers = try await after.read { try String.fetchAll($0, sql: "SELECT * FROM grdb_migrations") }
            #expect(
                identifiers.contains("99 from the future") && identifiers.count == Schema.migrator.migrations.count + 1)
            try after.close()
            #expect(try Disk.names(folder).allSatisfy { !$0.contains("damaged") })
        }
    }

    @Test func noTableLetsARowBeRewritten() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            let api = Fixture.service("api")
            let store = try await HistoryStore.open(at: path)
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            var outcome = Fixture.outcome(.build)
            outcome.diagnostics = [Fixture.diagnostic("x")]
            outcome.tests = Fixture.tests()
            try await store.restartRequested(service: api, by: "x", at: .now)
            try await store.serviceStarted(cycle: id, service: api, reasons: [])
            try await store.groupReleased(cycle: id, group: "g", members: [Fixture.item("api")])
            try await store.stageEnded(cycle: id, service: api, outcome: outcome)
            try await store.serviceEnded(
                cycle: id, service: api, outcome: .deployed,
                state: ServiceState(service: api, deployed: Fixture.release(1)))
            try await store.cycleEnded(cycle: id, outcome: .succeeded, at: .now)
            try await store.feedbackReceived(id: "f", file: "f", digest: "d", at: .now)
            try await store.verdict(Verdict(feedback: "f", decision: .applied, reason: "r"))
            await store.close()

            let queue = try DatabaseQueue(path: path)
            for table in tables {
                let error = #expect(throws: DatabaseError.self) {
                    try queue.write { db in
                        let column = try #require(try db.columns(in: table).last?.name)
                        try db.execute(sql: "UPDATE \(table) SET \(column) = \(column)")
                    }
                }
                #expect(error?.message == "\(table) is append-only")
            }
            try queue.close()
        }
    }
}
