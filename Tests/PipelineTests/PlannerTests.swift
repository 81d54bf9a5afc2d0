import Model
import Testing

@testable import Pipeline

@Suite struct PlannerTests {
    let now = Timestamp(seconds: 1_000)

    private func candidate(
        _ service: Service, tree: Int = 1, inputs: [String: String] = [:], configuration: String = ""
    )
        -> Planner.Candidate
    {
        .init(
            service: service,
            fingerprint: Fingerprint(tree: oid(tree), inputs: inputs, configuration: configuration),
            revision: oid(100))
    }

    private func deployed(_ text: String, tree: Int = 1, failure: FailedAttempt? = nil) -> ServiceState {
        ServiceState(
            service: name(text),
            deployed: Release(revision: oid(99), fingerprint: Fingerprint(tree: oid(tree)), deployedAt: now),
            failure: failure)
    }

    private func decision(_ candidate: Planner.Candidate, _ state: ServiceState?) throws -> Plan.Decision? {
        var states: [ServiceName: ServiceState] = [:]
        if let state { states[state.service] = state }
        return try Planner(now: now).plan(revision: oid(100), candidates: [candidate], states: states).items.first?
            .decision
    }

    @Test func aServiceThatWasNeverDeployedIsDue() throws {
        #expect(try decision(candidate(service("a")), nil) == .deploy([.neverDeployed]))
    }

    @Test func theSameContentIsUpToDateWhateverTheRevision() throws {
        #expect(try decision(candidate(service("a")), deployed("a")) == .upToDate)
    }

    @Test func eachKindOfDifferenceIsAReason() throws {
        #expect(
            try decision(candidate(service("a"), tree: 2), deployed("a"))
                == .deploy([.sourcesChanged(from: oid(1), to: oid(2))]))
        #expect(
            try decision(candidate(service("a"), inputs: ["proto/**": "x"]), deployed("a"))
                == .deploy([.inputChanged("proto/**")]))
        #expect(
            try decision(candidate(service("a"), configuration: "new"), deployed("a"))
                == .deploy([.configurationChanged]))
    }

    @Test func whatDependsOnADeployedServiceIsDueAndWhatDoesNotIsNot() throws {
        let services = [service("c", dependsOn: ["b"]), service("b", dependsOn: ["a"]), service("a"), service("d")]
        let states = Dictionary(uniqueKeysWithValues: ["a", "b", "c", "d"].map { (name($0), deployed($0)) })
        let candidates = services.map { candidate($0, tree: $0.name.text == "a" ? 2 : 1) }
        let plan = try Planner(now: now).plan(revision: oid(100), candidates: candidates, states: states)
        #expect(plan.due.map(\.service.name.text) == ["a", "b", "c"])
        #expect(plan.due.last?.decision == .deploy([.dependencyDeployed(name("b"))]))
    }

    @Test func dependenciesInACircleAreRefusedByName() {
        let candidates = [candidate(service("a", dependsOn: ["b"])), candidate(service("b", dependsOn: ["a"]))]
        let failure = #expect(throws: Failure.self) {
            try Planner(now: now).plan(revision: oid(1), candidates: candidates, states: [:])
        }
        #expect(failure?.message.contains("a, b") == true)
    }

    @Test func failedContentIsHeldUntilItChanges() throws {
        let failure = FailedAttempt(
            revision: oid(98), fingerprint: Fingerprint(tree: oid(2)), stage: .build, summary: "no", attempts: 1)
        let held = try decision(candidate(service("a"), tree: 2), deployed("a", failure: failure))
        guard case .held(let why)? = held else {
            Issue.record("expected held, got \(String(describing: held))")
            return
        }
        #expect(why.contains("build"))
        #expect(
            try decision(candidate(service("a"), tree: 3), deployed("a", failure: failure))
                == .deploy([.sourcesChanged(from: oid(1), to: oid(3))]))
        // Back to what runs: nothing to do.
        #expect(try decision(candidate(service("a"), tree: 1), deployed("a", failure: failure)) == .upToDate)
    }

    @Test(arguments: [(999, true), (1_000, true), (1_001, false)])
    func aRetryWaitsForItsTime(seconds: Int, isDue: Bool) throws {
        let failure = FailedAttempt(
            revision: oid(98), fingerprint: Fingerprint(tree: oid(2)), stage: .deploy, summary: "no engine",
            attempts: 1, retryAt: Timestamp(seconds: Int64(seconds)))
        let decision = try decision(candidate(service("a"), tree: 2), deployed("a", failure: failure))
        if case .deploy? = decision { #expect(isDue) } else { #expect(!isDue) }
    }

    @Test func aQuarantinedRevisionComesBackWhenADependencyIsDeployed() throws {
        let failure = FailedAttempt(
            revision: oid(98), fingerprint: Fingerprint(tree: oid(2)), stage: .health, summary: "503", attempts: 1,
            isQuarantined: true)
        let states = [name("a"): deployed("a"), name("b"): deployed("b", failure: failure)]
        let b = candidate(service("b", dependsOn: ["a"]), tree: 2)
        let quiet = try Planner(now: now).plan(
            revision: oid(100), candidates: [candidate(service("a")), b], states: states)
        #expect(quiet.due.isEmpty)
        let moved = try Planner(now: now).plan(
            revision: oid(100), candidates: [candidate(service("a"), tree: 5), b], states: states)
        #expect(moved.due.map(\.service.name.text) == ["a", "b"])
    }

    private func failed(_ tree: Int, stage: Stage = .build, mayBeLive: Bool = false) -> FailedAttempt {
        FailedAttempt(
            revision: oid(98), fingerprint: Fingerprint(tree: oid(tree)), stage: stage, summary: "no", attempts: 1,
            isQuarantined: stage != .build, mayBeLive: mayBeLive)
    }

    @Test func whatMayStillRunAfterAFailedRollbackIsReplacedByWhatIsKnown() throws {
        let sure = deployed("a", failure: failed(2, stage: .health))
        #expect(try decision(candidate(service("a")), sure) == .upToDate)
        let unsure = deployed("a", failure: failed(2, stage: .health, mayBeLive: true))
        #expect(try decision(candidate(service("a")), unsure) == .deploy([.notRolledBack(oid(98))]))
        // The content that failed is not tried again for it.
        guard case .held? = try decision(candidate(service("a"), tree: 2), unsure) else {
            Issue.record("expected held")
            return
        }
    }

    @Test func newContentWaitsForADependencyWhosePresentContentFailed() throws {
        let candidates = [
            candidate(service("a"), tree: 2), candidate(service("b", dependsOn: ["a"]), tree: 2),
            candidate(service("c", dependsOn: ["b"]), tree: 2), candidate(service("d", dependsOn: ["a"])),
            candidate(service("e"), tree: 2),
        ]
        var states = Dictionary(
            uniqueKeysWithValues: ["b", "c", "d", "e"].map { (name($0), deployed($0)) })
        states[name("a")] = deployed("a", failure: failed(2))
        let plan = try Planner(now: now).plan(revision: oid(100), candidates: candidates, states: states)
        let decisions = Dictionary(uniqueKeysWithValues: plan.items.map { ($0.service.name.text, $0.decision) })
        #expect(decisions["b"] == .held("waits for 'a', which it depends on"))
        #expect(decisions["c"] == .held("waits for 'b', which it depends on"))
        #expect(decisions["d"] == .upToDate)
        #expect(plan.due.map(\.service.name.text) == ["e"])

        // What is only to be restarted brings no new content.
        let asked = try Planner(now: now, requested: [name("d"): "x"]).plan(
            revision: oid(100), candidates: candidates, states: states)
        #expect(asked.due.map(\.service.name.text) == ["d", "e"])

        // The dependency runs what it should, and only a repetition of it failed.
        states[name("a")] = deployed("a", tree: 2, failure: failed(2))
        let same = try Planner(now: now).plan(revision: oid(100), candidates: candidates, states: states)
        #expect(same.due.map(\.service.name.text) == ["b", "c", "e"])
    }

    @Test func aClockThatWasSetBackHoldsNobody() throws {
        var failure = failed(2)
        failure.retryAt = now.advanced(by: RetryPolicy().cap + .seconds(1))
        guard case .deploy? = try decision(candidate(service("a"), tree: 2), deployed("a", failure: failure)) else {
            Issue.record("it waits longer than any wait is")
            return
        }
    }

    @Test func anObstacleHoldsWhateverElseIsTrue() throws {
        var blocked = candidate(service("a"), tree: 7)
        blocked.obstacle = "no plugin offers kind 'swift'"
        #expect(try decision(blocked, nil) == .held("no plugin offers kind 'swift'"))
    }
}
