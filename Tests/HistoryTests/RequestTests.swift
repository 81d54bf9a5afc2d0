import History
import Model
import Testing

/// A request lives until an attempt that began after it was deployed or failed.
@Suite struct RequestTests {
    private let api = Fixture.service("api")
    private let database = Fixture.service("database")

    private func cycle(_ store: HistoryStore) async throws -> Int64 {
        try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
    }

    private func pending(_ store: HistoryStore) async throws -> [String] {
        try await store.restartsPending().map { "\($0.service) by \($0.requestedBy)" }
    }

    @Test func aDeploymentAsksForItsDependents() async throws {
        try await Fixture.withStore { store in
            let id = try await cycle(store)
            try await store.serviceStarted(cycle: id, service: database, reasons: [])
            try await store.serviceEnded(
                cycle: id, service: database, outcome: .deployed, state: ServiceState(service: database),
                dependents: [api])
            #expect(try await pending(store) == ["api by the deployment of 'database'"])
            // One that failed leaves its dependents alone.
            try await store.serviceEnded(
                cycle: id, service: Fixture.service("other"), outcome: .failed,
                state: ServiceState(service: Fixture.service("other")), dependents: [database])
            #expect(try await pending(store).count == 1)
        }
    }

    @Test(
        arguments: [
            (.deployed, true), (.failed, true), (.rolledBack, true), (.superseded, false), (.skipped, false),
        ] as [(ServiceResult.Outcome, Bool)])
    func anAttemptThatCameToAnEndIsTheRequests(outcome: ServiceResult.Outcome, isDone: Bool) async throws {
        try await Fixture.withStore { store in
            try await store.restartRequested(service: api, by: "x", at: .now)
            let id = try await cycle(store)
            if outcome != .skipped { try await store.serviceStarted(cycle: id, service: api, reasons: []) }
            try await store.serviceEnded(cycle: id, service: api, outcome: outcome, state: ServiceState(service: api))
            #expect(try await pending(store) == (isDone ? [] : ["api by x"]))
        }
    }

    @Test func whatIsAskedForDuringAnAttemptIsTheNextOnes() async throws {
        try await Fixture.withStore { store in
            try await store.restartRequested(service: api, by: "x", at: .now)
            let id = try await cycle(store)
            try await store.serviceStarted(cycle: id, service: api, reasons: [])
            // The same requester again: what runs began before it.
            try await store.restartRequested(service: api, by: "x", at: .now)
            try await store.restartRequested(service: api, by: "y", at: .now)
            try await store.serviceEnded(cycle: id, service: api, outcome: .deployed, state: ServiceState(service: api))
            #expect(try await pending(store) == ["api by x", "api by y"])
        }
    }

    @Test func theSameRequestIsKeptOnce() async throws {
        try await Fixture.withStore { store in
            for _ in 0..<3 { try await store.restartRequested(service: api, by: "x", at: .now) }
            #expect(try await pending(store) == ["api by x"])
        }
    }

    @Test func onlyWhatMayHaveGoneLiveIsAskedForAfterAnInterruption() async throws {
        try await Fixture.withStore { store in
            let id = try await cycle(store)
            let stages: [(String, [Stage])] = [
                ("built", [.build, .test]), ("deployed", [.build, .deploy]), ("undone", [.deploy, .rollback]),
                ("ended", [.deploy]),
            ]
            for (name, begun) in stages {
                let service = Fixture.service(name)
                try await store.serviceStarted(cycle: id, service: service, reasons: [])
                for stage in begun {
                    try await store.stageStarted(cycle: id, service: service, stage: stage, operation: "o", at: .now)
                    // The stage may have ended: it is the service that has not.
                    try await store.stageEnded(cycle: id, service: service, outcome: Fixture.outcome(stage))
                }
            }
            let ended = Fixture.service("ended")
            try await store.serviceEnded(
                cycle: id, service: ended, outcome: .deployed, state: ServiceState(service: ended))
            let open = try #require(try await store.interrupted().first)
            try await store.markInterrupted(open, at: .now)
            #expect(try await store.restartsPending().map(\.service.text) == ["deployed", "undone"])
        }
    }

    @Test func requestsOutliveTheProcess() async throws {
        try await Fixture.withStore { store in
            try await store.restartRequested(service: api, by: "x", at: .now)
            await store.close()
            let again = try await HistoryStore.open(at: store.path)
            #expect(try await pending(again) == ["api by x"])
            await again.close()
        }
    }
}
