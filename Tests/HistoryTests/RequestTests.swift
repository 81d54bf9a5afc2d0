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

    @Test func twoThatAskedForOneAttemptBothLearnOfIt() async throws {
        try await Fixture.withStore { store in
            for name in ["x", "y"] { try await store.restartRequested(service: api, by: name, at: .now) }
            let before = try #require(try await store.fate(of: api, askedBy: "x"))
            #expect(before.cycle == nil && before.end == nil)
            let id = try await cycle(store)
            // As a plan tells them, together; and one that asked when the plan was made already.
            try await store.restartRequested(service: api, by: "z", at: .now)
            try await store.serviceStarted(cycle: id, service: api, reasons: [.requested("x, y")])
            for name in ["x", "y", "z"] {
                let fate = try #require(try await store.fate(of: api, askedBy: name))
                #expect(fate.cycle == id && fate.end == nil && fate.isDeployed == nil)
            }
            #expect(try await store.fate(of: api, askedBy: "x, y") == nil)
            #expect(try await store.fate(of: database, askedBy: "x") == nil)
            try await store.serviceEnded(cycle: id, service: api, outcome: .failed, state: ServiceState(service: api))
            let fate = try #require(try await store.fate(of: api, askedBy: "z"))
            #expect(fate.cycle == id && fate.isDeployed == false && fate.end == "failed in cycle \(id)")
        }
    }

    @Test func theEndOfARequestIsKnownWhenItsCycleIsGone() async throws {
        try await Fixture.withStore { store in
            for (name, outcome) in [("x", ServiceResult.Outcome.deployed), ("y", .rolledBack)] {
                try await store.restartRequested(service: api, by: name, at: .now)
                let id = try await cycle(store)
                try await store.serviceStarted(cycle: id, service: api, reasons: [.requested(name)])
                try await store.serviceEnded(
                    cycle: id, service: api, outcome: outcome, state: ServiceState(service: api))
                try await store.cycleEnded(cycle: id, outcome: .failed, at: .now)
            }
            let last = try await cycle(store)
            try await store.cycleEnded(cycle: last, outcome: .succeeded, at: .now)
            #expect(try await store.prune(keepingCycles: 1) == 2)
            let fates = (
                try await store.fate(of: api, askedBy: "x"), try await store.fate(of: api, askedBy: "y")
            )
            #expect(fates.0?.cycle == nil && fates.0?.isDeployed == true)
            #expect(fates.1?.cycle == nil && fates.1?.isDeployed == false)
        }
    }
}
