package import Model

/// The way of one service through one cycle: a pure state machine.
///
/// Each transition returns what to do next; who does it, when and with which clock is the driver's business. A member of a
/// group stops twice: before its first stage that touches what is live (`ready`), and after its last one (`standing`).
package struct ServiceMachine: Sendable {
    package enum State: Hashable, Sendable {
        case waiting
        case running(Stage)
        /// Built and tested; its group goes live when all of it is.
        case ready
        /// Live and well; deployed once all of its group is.
        case standing
        /// Its group is not released: nothing but a rollback follows.
        case halted
        case rollingBack(failed: Stage?)
        case finished(ServiceResult.Outcome)
    }

    package enum Action: Hashable, Sendable {
        case run(Stage)
        /// End the running stage; its outcome still arrives.
        case cancel
        case finish(ServiceResult.Outcome)
        case none
    }

    package let service: Service
    package private(set) var state: State = .waiting
    /// The outcome that decided the service's fate, when it was not a success.
    package private(set) var decisive: StageOutcome?
    /// The newest state blob a stage handed over.
    package private(set) var checkpoint: [UInt8]?
    private var remaining: [Stage]
    private var isSuperseded = false
    /// From the first moment of `deploy` on, what is live may have been touched.
    private var isLiveTouched = false
    /// Some stage did something, or found that there was nothing to do.
    private var hasDone = false
    private var last: Stage?
    /// A rollback was needed and did not succeed.
    package private(set) var mayBeLive = false

    private let isMember: Bool
    private var isReleased = false
    /// Its group is not released; true also of the member that failed.
    private var isRecalled = false
    /// No member failed: the group's time was up.
    private var isInterrupted = false
    private var needsUndo = false
    private var isUndone = false

    /// - Parameter isMember: it is released together with others.
    package init(service: Service, isMember: Bool = false) {
        self.service = service
        self.isMember = isMember
        remaining = service.plannedStages
    }

    /// One whose cycle was cut off while its group went live or was rolled back.
    package init(resuming member: UnfinishedGroup.Member) {
        self.init(service: member.item.service, isMember: true)
        decisive = member.failed
        isLiveTouched = member.isTouched
        isUndone = member.undone != nil
        checkpoint = member.undone?.checkpoint
        needsUndo = member.isTouched && !isUndone
        state = .halted
    }

    package var isFinished: Bool {
        if case .finished = state { return true }
        return false
    }

    package mutating func start() -> Action {
        guard state == .waiting else { return .none }
        return next()
    }

    /// A dependency did not come up, or another member of its group: nothing of it has gone live.
    package mutating func skip() -> Action {
        guard state == .waiting || state == .ready else { return .none }
        return finish(.skipped)
    }

    /// A newer revision is there, or the daemon is about to end. A deploy that has begun is never broken off.
    package mutating func supersede() -> Action {
        switch state {
        case .waiting, .ready:
            return finish(.superseded)
        case .running where !isLiveTouched:
            isSuperseded = true
            return .cancel
        case .running, .standing, .halted, .rollingBack, .finished:
            return .none
        }
    }

    /// The stage it asked for last could not be begun, and nothing of it has happened.
    package mutating func notBegun() -> Action {
        switch state {
        case .running where isReleased:
            state = .halted
            return .none
        case .running:
            return finish(.superseded)
        case .rollingBack:
            mayBeLive = true
            return finish(.failed)
        case .waiting, .ready, .standing, .halted, .finished:
            return .none
        }
    }

    package mutating func stageEnded(_ outcome: StageOutcome) -> Action {
        switch state {
        case .running(let stage):
            if let blob = outcome.checkpoint { checkpoint = blob }
            if outcome.status != .unsupported { hasDone = true }
            last = stage
            if isRecalled { return halt(after: outcome) }
            if outcome.status.allowsProgress { return isSuperseded && !isLiveTouched ? finish(.superseded) : next() }
            if isSuperseded, outcome.status == .cancelled { return finish(.superseded) }
            decisive = outcome
            guard isLiveTouched else { return finish(.failed) }
            if isMember { return halt(after: outcome) }
            return Self.mayHaveChanged(outcome) ? rollBack(from: stage) : finish(.failed)
        case .rollingBack:
            // The release that is live again has its old checkpoint, or the one the rollback left in its place.
            checkpoint = outcome.checkpoint
            // Who knows no rollback has not rolled back.
            mayBeLive = ![.ok, .noChange].contains(outcome.status)
            if !mayBeLive { return finish(isInterrupted ? .interrupted : .rolledBack) }
            if isInterrupted { decisive = Self.leftLive(outcome) }
            return finish(.failed)
        case .waiting, .ready, .standing, .halted, .finished:
            return .none
        }
    }

    // MARK: members of a group

    /// The whole group is ready, and it is this member's turn to go live.
    package mutating func release() -> Action {
        guard state == .ready else { return .none }
        isReleased = true
        return next()
    }

    /// The whole group stands.
    package mutating func commit() -> Action {
        guard state == .standing else { return .none }
        return finish(.deployed)
    }

    /// The group is not released after all: begins no further stage. A deploy goes on to its end, because what it would
    /// leave half done is harder to undo; nobody waits for the health of what is undone anyway.
    /// - Parameter isInterrupted: no member failed; the daemon is about to end.
    package mutating func recall(isInterrupted: Bool) -> Action {
        isRecalled = true
        self.isInterrupted = isInterrupted
        switch state {
        case .waiting, .ready:
            checkpoint = nil
            return finish(isInterrupted ? .interrupted : .skipped)
        case .running(let stage):
            return stage == .health ? .cancel : .none
        case .standing:
            state = .halted
            needsUndo = isLiveTouched
            return .none
        case .halted, .rollingBack, .finished:
            return .none
        }
    }

    /// Its turn to be rolled back has come.
    package mutating func undo() -> Action {
        guard state == .halted else { return .none }
        if needsUndo { return rollBack(from: decisive?.stage) }
        if !isUndone { checkpoint = nil }
        if isInterrupted { return finish(.interrupted) }
        if isUndone { return finish(.rolledBack) }
        return finish(decisive == nil ? .skipped : .failed)
    }

    private mutating func halt(after outcome: StageOutcome) -> Action {
        // What was cancelled because the group is recalled has not failed.
        if isRecalled, !outcome.status.allowsProgress, outcome.status != .cancelled { decisive = outcome }
        needsUndo = isLiveTouched && Self.mayHaveChanged(outcome)
        state = .halted
        return .none
    }

    // MARK: steps

    /// A deploy that could not even begin (no engine, try later) has nothing to undo. One that handed over a checkpoint had
    /// begun, whatever kept it from its end.
    private static func mayHaveChanged(_ outcome: StageOutcome) -> Bool {
        guard outcome.stage == .deploy, outcome.checkpoint == nil else { return true }
        return ![.unavailable, .retryable, .invalidConfig, .unsupported].contains(outcome.status)
    }

    /// What is to be remembered of a member that could not be rolled back, though nothing had failed before.
    private static func leftLive(_ rollback: StageOutcome) -> StageOutcome {
        StageOutcome(
            stage: .deploy, status: .cancelled,
            summary: "its group was not deployed to the end, and its rollback failed: \(rollback.summary)")
    }

    private mutating func rollBack(from stage: Stage?) -> Action {
        state = .rollingBack(failed: stage)
        return .run(.rollback)
    }

    private mutating func next() -> Action {
        if remaining.isEmpty, !hasDone, last != nil { return finishUndone() }
        if isMember, !isReleased, remaining.first?.touchesLive ?? true {
            state = .ready
            return .none
        }
        guard !remaining.isEmpty else {
            guard isMember else { return finish(.deployed) }
            state = .standing
            return .none
        }
        let stage = remaining.removeFirst()
        if stage.touchesLive { isLiveTouched = true }
        state = .running(stage)
        return .run(stage)
    }

    /// Every stage was answered with UNSUPPORTED: nothing was deployed, and there is nothing to undo.
    private mutating func finishUndone() -> Action {
        let stages = service.plannedStages.map(\.rawValue).joined(separator: ", ")
        let text =
            "the plugin of the kind '\(service.kind)' supports none of its stages (\(stages)); nothing was deployed"
        var outcome = StageOutcome(stage: last ?? .deploy, status: .failed, summary: text)
        outcome.diagnostics = [Diagnostic(.error, code: "plugin.unsupported", message: text, stage: outcome.stage)]
        decisive = outcome
        guard isReleased else { return finish(.failed) }
        state = .halted
        return .none
    }

    private mutating func finish(_ outcome: ServiceResult.Outcome) -> Action {
        state = .finished(outcome)
        return .finish(outcome)
    }
}
