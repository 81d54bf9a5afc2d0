import History
import Model
import TestSupport
import Testing

@Suite struct StateTests {
    let api = Fixture.service("api")

    @Test func statesOutliveTheProcess() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/history.sqlite"
            var states: [ServiceName: ServiceState] = [:]
            let store = try await HistoryStore.open(at: path)
            for number in 1...20 {
                let service = Fixture.service("service-\(number)")
                let state = ServiceState(
                    service: service, deployed: number % 3 == 0 ? nil : Fixture.release(number, checkpoint: [7]),
                    failure: number % 2 == 0 ? nil : Fixture.failed(number, quarantined: number % 5 == 0))
                try await store.saveState(state)
                states[service] = state
            }
            #expect(try await store.states() == states)
            await store.close()
            let again = try await HistoryStore.open(at: path)
            #expect(try await again.states() == states)
            #expect(again.recovery == nil)
            let reader = try await HistoryStore.openReadOnly(at: path)
            #expect(try await reader.states() == states)
            await again.close()
            await reader.close()
        }
    }

    @Test func anUnknownServiceHasAnEmptyState() async throws {
        try await Fixture.withStore { store in
            let (state, states) = (try await store.state(of: api), try await store.states())
            #expect(state == ServiceState(service: api) && states.isEmpty)
        }
    }

    @Test func aRollbackLeadsBackToTheSameRelease() async throws {
        try await Fixture.withStore { store in
            let good = Fixture.release(1, checkpoint: [1])
            let bad = Fixture.release(2)
            for (release, failure) in [(good, nil), (bad, nil), (good, Fixture.failed(2, quarantined: true))] {
                let id = try await store.cycleStarted(revision: release.revision, previous: nil, log: "l", at: .now)
                try await store.serviceEnded(
                    cycle: id, service: api, outcome: .deployed,
                    state: ServiceState(service: api, deployed: release, failure: failure))
            }
            #expect(try await store.releases(service: api, limit: 10) == [bad, good])
            #expect(try await store.releases(service: api, limit: 1) == [bad])
            let state = try await store.state(of: api)
            #expect(state.deployed == good && state.failure?.isQuarantined == true)
        }
    }

    /// What was taken back is not "the release before" of what came later.
    @Test func theReleaseBeforeIsTheOneThatRan() async throws {
        try await Fixture.withStore { store in
            func deploy(_ release: Release) async throws {
                let id = try await store.cycleStarted(revision: release.revision, previous: nil, log: "l", at: .now)
                try await store.serviceEnded(
                    cycle: id, service: api, outcome: .deployed, state: ServiceState(service: api, deployed: release))
            }
            let releases = (1...4).map { Fixture.release($0, checkpoint: [UInt8($0)]) }
            for release in [releases[0], releases[1], releases[0], releases[2], releases[3]] {
                try await deploy(release)
            }
            #expect(try await store.release(before: releases[3], of: api) == releases[2])
            #expect(try await store.release(before: releases[2], of: api) == releases[0])
            #expect(try await store.release(before: releases[1], of: api) == releases[0])
            #expect(try await store.release(before: releases[0], of: api) == nil)
            // The same revision once more is none before itself.
            var again = releases[3]
            again.deployedAt = again.deployedAt.advanced(by: .seconds(60))
            try await deploy(again)
            #expect(try await store.release(before: again, of: api) == releases[2])
            let after = try #require(try await store.deployment(of: api, after: 2, at: releases[1].deployedAt))
            #expect(after.cycle == 4 && after.release == releases[2])
            #expect(try await store.deployment(of: api, after: 6, at: .now) == nil)
        }
    }

    @Test func aQuarantineCanBeLifted() async throws {
        try await Fixture.withStore { store in
            let release = Fixture.release(1)
            try await store.saveState(
                ServiceState(service: api, deployed: release, failure: Fixture.failed(2, quarantined: true)))
            try await store.saveState(ServiceState(service: api, deployed: release))
            #expect(try await store.state(of: api).failure == nil)
            #expect(try await store.state(of: api).deployed == release)
        }
    }

    @Test func smallValuesAreKeptChangedAndRemoved() async throws {
        try await Fixture.withStore { store in
            #expect(try await store.value(for: "last-seen") == nil)
            try await store.setValue("a", for: "last-seen")
            try await store.setValue("b", for: "last-seen")
            #expect(try await store.value(for: "last-seen") == "b")
            try await store.setValue(nil, for: "last-seen")
            #expect(try await store.value(for: "last-seen") == nil)
        }
    }

    @Test func valuesUnderAPrefixAreRemovedButForSome() async throws {
        try await Fixture.withStore { store in
            for key in ["seen/a", "seen/b", "seen_c", "other"] { try await store.setValue("x", for: key) }
            try await store.removeValues(under: "seen/", but: ["seen/b"])
            var left: [String] = []
            for key in ["seen/a", "seen/b", "seen_c", "other"] {
                if try await store.value(for: key) != nil { left.append(key) }
            }
            #expect(left == ["seen/b", "seen_c", "other"])
        }
    }

    @Test func whatIsForgottenWasNeverThere() async throws {
        try await Fixture.withStore { store in
            let other = Fixture.service("other")
            for name in [api, other] {
                try await store.saveState(
                    ServiceState(service: name, deployed: Fixture.release(1), failure: Fixture.failed(2)))
                try await store.restartRequested(service: name, by: "x", at: .now)
            }
            try await store.forget(api)
            #expect(try await Set(store.states().keys) == [other])
            #expect(try await store.releases(service: api, limit: 9).isEmpty)
            #expect(try await store.restartsPending().map(\.service) == [other])
        }
    }

    @Test func theWarningsOfWhatIsDeployedAreThoseOfTheCycleThatDeployedIt() async throws {
        try await Fixture.withStore { store in
            let old = Fixture.diagnostic("an old one", .warning)
            let warning = Fixture.diagnostic("it holds nothing but comments", .warning)
            let runs: [(ServiceResult.Outcome, [Diagnostic])] = [
                (.deployed, [old]), (.deployed, [warning, Fixture.diagnostic("a remark", .remark)]),
                (.failed, [Fixture.diagnostic("of what is not deployed", .warning)]),
            ]
            for (number, (outcome, findings)) in runs.enumerated() {
                let id = try await store.cycleStarted(
                    revision: Fixture.revision(number + 1), previous: nil, log: "l", at: .now)
                var stage = StageOutcome(stage: .build, status: .noChange, summary: "")
                stage.diagnostics = findings
                try await store.stageEnded(cycle: id, service: api, outcome: stage)
                try await store.serviceEnded(
                    cycle: id, service: api, outcome: outcome, state: ServiceState(service: api))
            }
            #expect(try await store.warnings() == [api: [warning]])
        }
    }
}
