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
}
