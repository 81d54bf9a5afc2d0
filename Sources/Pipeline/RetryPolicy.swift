package import Model

/// Turns the end of an attempt into what is remembered of the service.
package struct RetryPolicy: Sendable {
    /// Wait after the first failure that may pass by itself; doubled each time.
    package var base: Duration = .seconds(30)
    /// No wait is longer, not even one that a plugin asks for.
    package var cap: Duration = .seconds(3600)
    /// After so many attempts at the same content it is held until the content changes.
    package var limit = 10

    package init() {}

    /// The state after `outcome`; `decisive` is the stage outcome that decided it, where it was no success.
    /// - Parameters:
    ///   - mayBeLive: a rollback was needed and did not succeed.
    ///   - group: the one it was to go live with.
    package func state(
        after outcome: ServiceResult.Outcome, item: Plan.Item, previous: ServiceState, checkpoint: [UInt8]?,
        decisive: StageOutcome?, mayBeLive: Bool = false, group: String? = nil, now: Timestamp
    ) -> ServiceState {
        var state = previous
        switch outcome {
        case .deployed:
            state.deployed = Release(
                revision: item.revision, fingerprint: item.fingerprint,
                checkpoint: checkpoint ?? previous.deployed?.checkpoint, deployedAt: now)
            state.failure = nil
        case .failed, .rolledBack:
            guard let decisive else { return state }
            if outcome == .rolledBack, let checkpoint { state.deployed?.checkpoint = checkpoint }
            let before = previous.failure?.fingerprint == item.fingerprint ? previous.failure?.attempts ?? 0 : 0
            let attempts = before + 1
            let quarantined = outcome == .rolledBack || [Stage.deploy, .restart, .health].contains(decisive.stage)
            // Until a deploy or a rollback succeeds, what an attempt left behind may run.
            let leftLive = mayBeLive || (outcome == .failed && previous.failure?.mayBeLive == true)
            state.failure = FailedAttempt(
                revision: item.revision, fingerprint: item.fingerprint, stage: decisive.stage,
                summary: decisive.summary, attempts: attempts,
                retryAt: retryAt(decisive, attempts: attempts, now: now),
                isQuarantined: quarantined && !mayPass(decisive), mayBeLive: leftLive, group: group)
        case .interrupted:
            // Of a group that was rolled back without a failure: what the rollback left.
            if let checkpoint { state.deployed?.checkpoint = checkpoint }
        case .running, .skipped, .superseded:
            break
        }
        return state
    }

    /// The state of a member that did not fail by itself: another one of its group did.
    /// - Parameter failure: what is remembered of the one that failed.
    package func state(
        after outcome: ServiceResult.Outcome, item: Plan.Item, previous: ServiceState, checkpoint: [UInt8]?,
        mayBeLive: Bool, group: String, culprit: ServiceName, failure: FailedAttempt
    ) -> ServiceState {
        var state = previous
        if outcome == .rolledBack, let checkpoint { state.deployed?.checkpoint = checkpoint }
        // What runs already is well; only new content is held until something in the group is different.
        guard mayBeLive || previous.deployed?.fingerprint != item.fingerprint else { return state }
        var failure = failure
        failure.revision = item.revision
        failure.fingerprint = item.fingerprint
        failure.mayBeLive = mayBeLive || (outcome != .rolledBack && previous.failure?.mayBeLive == true)
        failure.group = group
        failure.culprit = culprit
        state.failure = failure
        return state
    }

    /// The state after somebody had what runs taken back to `target`.
    ///
    /// What is taken back is not deployed again by itself. Neither is what the branch has now, where that is held already: it
    /// was taken back before, or did not come up, and going back one more release asks for none of it.
    package func state(takenBackTo target: Release, item: Plan.Item, previous: ServiceState, requester: String)
        -> ServiceState
    {
        guard let current = previous.deployed else { return previous }
        var state = previous
        state.deployed = target
        if state.failure?.fingerprint == item.fingerprint, current.fingerprint != item.fingerprint {
            state.failure?.mayBeLive = false
        } else {
            state.failure = FailedAttempt(
                revision: current.revision, fingerprint: current.fingerprint, stage: .rollback,
                summary: "rolled back, as \(requester) asked for", attempts: 1, isQuarantined: true)
        }
        return state
    }

    private func mayPass(_ outcome: StageOutcome) -> Bool {
        [.retryable, .unavailable, .cancelled].contains(outcome.status)
            || (outcome.status == .timedOut && (outcome.stage == .build || outcome.stage == .test))
    }

    private func retryAt(_ outcome: StageOutcome, attempts: Int, now: Timestamp) -> Timestamp? {
        // An engine that is away comes back some day; it is asked for ever, the rest only a limited number of times.
        guard mayPass(outcome), attempts < limit || outcome.status == .unavailable else { return nil }
        let doubled = base * (1 << min(attempts - 1, 16))
        return now.advanced(by: min(max(outcome.retryAfter?.duration ?? .zero, doubled), cap))
    }
}
