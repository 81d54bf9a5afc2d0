import Model
import Testing

@testable import Pipeline

@Suite struct RetryPolicyTests {
    let now = Timestamp(seconds: 10_000)

    private func state(_ outcome: ServiceResult.Outcome, _ stage: Stage, _ status: StageStatus, previous: ServiceState)
        -> ServiceState
    {
        RetryPolicy().state(
            after: outcome, item: item(service("a")), previous: previous, checkpoint: nil,
            decisive: StageOutcome(stage: stage, status: status, summary: "why"), now: now)
    }

    @Test(
        arguments: [
            (ServiceResult.Outcome.failed, Stage.build, StageStatus.failed, false, false),
            (.failed, .build, .unavailable, false, true),
            (.failed, .build, .retryable, false, true),
            (.failed, .test, .timedOut, false, true),
            (.rolledBack, .health, .failed, true, false),
            (.rolledBack, .health, .timedOut, true, false),
            (.failed, .deploy, .unavailable, false, true),
        ] as [(ServiceResult.Outcome, Stage, StageStatus, Bool, Bool)])
    func whatIsRemembered(
        outcome: ServiceResult.Outcome, stage: Stage, status: StageStatus, quarantined: Bool, retried: Bool
    ) {
        let state = state(outcome, stage, status, previous: ServiceState(service: name("a")))
        #expect(state.failure?.isQuarantined == quarantined)
        #expect((state.failure?.retryAt != nil) == retried)
        #expect(state.failure?.summary == "why")
    }

    @Test func theWaitDoublesAndIsCappedAndTheAttemptsAreCounted() {
        var current = ServiceState(service: name("a"))
        var waits: [Int64] = []
        for _ in 0..<12 {
            current = state(.failed, .build, .unavailable, previous: current)
            if let at = current.failure?.retryAt { waits.append((at - now).wholeMilliseconds / 1000) }
        }
        #expect(waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600])
        #expect(current.failure?.attempts == 12)
    }

    @Test func whatMayBeLiveIsKnownUntilSomethingSucceeds() {
        func after(_ outcome: ServiceResult.Outcome, mayBeLive: Bool, _ previous: ServiceState) -> ServiceState {
            RetryPolicy().state(
                after: outcome, item: item(service("a")), previous: previous, checkpoint: nil,
                decisive: StageOutcome(stage: .health, status: .failed, summary: "why"), mayBeLive: mayBeLive, now: now)
        }
        let unsure = after(.failed, mayBeLive: true, ServiceState(service: name("a")))
        #expect(unsure.failure?.mayBeLive == true)
        #expect(after(.failed, mayBeLive: false, unsure).failure?.mayBeLive == true)
        #expect(after(.rolledBack, mayBeLive: false, unsure).failure?.mayBeLive == false)
        #expect(after(.deployed, mayBeLive: false, unsure).failure == nil)
    }

    @Test func aPluginCannotAskForALongerWaitThanTheLongest() {
        var decisive = StageOutcome(stage: .build, status: .retryable, summary: "later")
        decisive.retryAfter = .init(.seconds(86_400))
        let state = RetryPolicy().state(
            after: .failed, item: item(service("a")), previous: ServiceState(service: name("a")), checkpoint: nil,
            decisive: decisive, now: now)
        #expect(state.failure?.retryAt == now.advanced(by: RetryPolicy().cap))
    }

    @Test func retriesOfWhatKeepsFailingEnd() {
        var current = ServiceState(service: name("a"))
        for _ in 0..<10 { current = state(.failed, .build, .retryable, previous: current) }
        #expect(current.failure?.retryAt == nil)
    }

    @Test func aSuccessForgetsTheFailureAndKeepsTheCheckpoint() {
        var previous = state(.failed, .build, .failed, previous: ServiceState(service: name("a")))
        previous.deployed = Release(
            revision: oid(1), fingerprint: Fingerprint(tree: oid(9)), checkpoint: [7], deployedAt: now)
        let next = RetryPolicy().state(
            after: .deployed, item: item(service("a")), previous: previous, checkpoint: nil, decisive: nil, now: now)
        #expect(next.failure == nil)
        #expect(next.deployed?.checkpoint == [7])
        #expect(next.deployed?.revision == oid(100))
    }

    private func companion(
        _ outcome: ServiceResult.Outcome, deployed tree: Int, mayBeLive: Bool = false, checkpoint: [UInt8]? = nil
    ) -> ServiceState {
        let release = Release(
            revision: oid(1), fingerprint: Fingerprint(tree: oid(tree)), checkpoint: [7], deployedAt: now)
        let failure = FailedAttempt(
            revision: oid(100), fingerprint: Fingerprint(tree: oid(4)), stage: .health, summary: "503", attempts: 3,
            retryAt: now, isQuarantined: true, mayBeLive: true)
        return RetryPolicy().state(
            after: outcome, item: item(service("a", group: "g"), tree: 2),
            previous: ServiceState(service: name("a"), deployed: release), checkpoint: checkpoint,
            mayBeLive: mayBeLive, group: "g", culprit: name("b"), failure: failure)
    }

    @Test(arguments: [ServiceResult.Outcome.rolledBack, .skipped])
    func aMemberIsHeldForAsLongAsTheOneThatFailed(outcome: ServiceResult.Outcome) {
        let state = companion(outcome, deployed: 1)
        #expect(state.failure?.culprit == name("b") && state.failure?.group == "g")
        #expect(state.failure?.fingerprint.tree == oid(2) && state.failure?.retryAt == now)
        #expect(state.failure?.isQuarantined == true && state.failure?.attempts == 3)
        // What the other left running is the other's.
        #expect(state.failure?.mayBeLive == false)
        #expect(state.deployed?.revision == oid(1) && state.deployed?.checkpoint == [7])
    }

    @Test func aMemberThatBroughtNothingNewIsNotHeld() {
        #expect(companion(.rolledBack, deployed: 2).failure == nil)
        #expect(companion(.failed, deployed: 2, mayBeLive: true).failure?.mayBeLive == true)
    }

    @Test func whatARollbackLeavesIsKept() {
        #expect(companion(.rolledBack, deployed: 1, checkpoint: [9]).deployed?.checkpoint == [9])
        #expect(companion(.skipped, deployed: 1, checkpoint: [9]).deployed?.checkpoint == [7])
        let release = Release(
            revision: oid(1), fingerprint: Fingerprint(tree: oid(9)), checkpoint: [7], deployedAt: now)
        let interrupted = RetryPolicy().state(
            after: .interrupted, item: item(service("a")),
            previous: ServiceState(service: name("a"), deployed: release), checkpoint: [9], decisive: nil, now: now)
        #expect(interrupted.deployed?.checkpoint == [9] && interrupted.failure == nil)
    }

    @Test("What was taken back stays away, however many releases one goes back")
    func takenBackTwice() throws {
        let releases = (1...3).map { number in
            Release(
                revision: oid(100 + number), fingerprint: Fingerprint(tree: oid(number)), checkpoint: [],
                deployedAt: now)
        }
        let head = item(service("a"), tree: 3, revision: 103)
        var state = ServiceState(service: name("a"))
        state.deployed = releases[2]
        for target in [releases[1], releases[0]] {
            state = RetryPolicy().state(takenBackTo: target, item: head, previous: state, requester: "somebody")
            #expect(state.deployed == target)
            #expect(state.failure?.revision == releases[2].revision)
            let plan = try Planner(now: now).plan(
                revision: oid(103),
                candidates: [.init(service: service("a"), fingerprint: head.fingerprint, revision: head.revision)],
                states: [name("a"): state])
            guard case .held(let why) = plan.items[0].decision else {
                Issue.record("\(plan.items[0].decision)")
                continue
            }
            #expect(why.hasPrefix("quarantined, \(oid(103).short) was rolled back, as somebody asked for; held until"))
        }
    }
}
