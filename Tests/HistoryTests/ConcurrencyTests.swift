import History
import Model
import TestSupport
import Testing

@Suite struct ConcurrencyTests {
    @Test func readersSeeWholeTransactionsWhileTheDaemonWrites() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            let api = Fixture.service("api")
            let writer = try await HistoryStore.open(at: path)
            try await writer.saveState(ServiceState(service: api, deployed: Fixture.release(0)))
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    for number in 1...150 {
                        let id = try await writer.cycleStarted(
                            revision: Fixture.revision(number), previous: nil, log: "l", at: .now)
                        var outcome = Fixture.outcome(.build)
                        outcome.diagnostics = (0..<5).map { Fixture.diagnostic("\($0)") }
                        try await writer.stageEnded(cycle: id, service: api, outcome: outcome)
                        try await writer.serviceEnded(
                            cycle: id, service: api, outcome: .deployed,
                            state: ServiceState(service: api, deployed: Fixture.release(number)))
                        try await writer.cycleEnded(cycle: id, outcome: .succeeded, at: .now)
                        if number % 50 == 0 { try await writer.prune(keepingCycles: 20) }
                    }
                    return 0
                }
                for _ in 0..<3 {
                    group.addTask {
                        var seen = 0
                        for _ in 0..<60 {
                            let reader = try await HistoryStore.openReadOnly(at: path)
                            if let cycle = try await reader.lastCycle() {
                                seen = max(seen, Int(cycle.id))
                                for stage in cycle.services.flatMap(\.stages) {
                                    #expect(stage.diagnostics.count == 5, "half a stage was seen")
                                }
                            }
                            // A state and its release are one transaction.
                            #expect(try await reader.state(of: api).deployed != nil)
                            await reader.close()
                        }
                        return seen
                    }
                }
                for try await _ in group {}
            }
            #expect(try await writer.cycles(limit: 1000).count == 20)
            await writer.close()
        }
    }

    @Test func onlyOneProcessWrites() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            let first = try await HistoryStore.open(at: path)
            let failure = await #expect(throws: Failure.self) { try await HistoryStore.open(at: path) }
            #expect(failure?.code.rawValue == "history.in-use")
            #expect(failure?.message.contains("process") == true)
            await first.close()
            let second = try await HistoryStore.open(at: path)
            await second.close()
        }
    }

    @Test func aClosedHistoryIsSaid() async throws {
        try await ScratchDirectory.with { folder in
            let store = try await HistoryStore.open(at: "\(folder)/history.sqlite")
            await store.close()
            await store.close()
            let failure = await #expect(throws: Failure.self) { try await store.lastCycle() }
            #expect(failure?.code.rawValue == "history.closed")
        }
    }

    @Test func aReaderFollowsWhatTheDaemonWrites() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            let api = Fixture.service("api")
            let writer = try await HistoryStore.open(at: path)
            let reader = try await HistoryStore.openReadOnly(at: path)
            #expect(try await reader.states().isEmpty)
            let state = ServiceState(service: api, deployed: Fixture.release(1))
            try await writer.saveState(state)
            #expect(try await reader.states() == [api: state])
            await writer.close()
            #expect(try await reader.states() == [api: state])
            await reader.close()
        }
    }
}
