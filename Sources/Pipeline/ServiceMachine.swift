package import Model

/// The way of one service through one cycle: a pure state machine.
///
/// Each transition returns what to do next; who does it, when and with which clock is the driver's business.
package struct ServiceMachine: Sendable {
    package enum State: Hashable, Sendable {
        case waiting
        case running(Stage)
        case rollingBack(failed: Stage)
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

    package init(service: Service) {
        self.service = service
        remaining = service.plannedStages
    }

    package var isFinished: Bool {
        if case .finished = state { return true }
        return false
    }

    package mutating func start() -> Action {
        guard state == .waiting else { return .none }
        return next()
    }

    /// A dependency did not come up; nothing was begun.
    package mutating func skip() -> Action {
        guard state == .waiting else { return .none }
        return finish(.skipped)
    }

    /// A newer revision is there, or the daemon is about to end. A deploy that has begun is never broken off.
    package mutating func supersede() -> Action {
        switch state {
        case .waiting:
            return finish(.superseded)
        case .running where !isLiveTouched:
            isSuperseded = true
            return .cancel
        case .running, .rollingBack, .finished:
            return .none
        }
    }

    /// The stage it asked for last could not be begun, and nothing of it has happened.
    package mutating func notBegun() -> Action {
        guard case .running = state else { return .none }
        return finish(.superseded)
    }

    package mutating func stageEnded(_ outcome: StageOutcome) -> Action {
        switch state {
        case .running(let stage):
            if let blob = outcome.checkpoint { checkpoint = blob }
            if outcome.status != .unsupported { hasDone = true }
            last = stage
            if outcome.status.allowsProgress { return isSuperseded && !isLiveTouched ? finish(.superseded) : next() }
            if isSuperseded, outcome.status == .cancelled { return finish(.superseded) }
            decisive = outcome
            return isLiveTouched && Self.mayHaveChanged(outcome, at: stage) ? rollBack(from: stage) : finish(.failed)
        case .rollingBack:
            // The release that is live again has its old checkpoint, or the one the rollback left in its place.
            checkpoint = outcome.checkpoint
            mayBeLive = !outcome.status.allowsProgress
            return finish(outcome.status.allowsProgress ? .rolledBack : .failed)
        case .waiting, .finished:
            return .none
        }
    }

    /// A deploy that could not even begin (no engine, try later) has nothing to undo.
    private static func mayHaveChanged(_ outcome: StageOutcome, at stage: Stage) -> Bool {
        guard stage == .deploy else { return true }
        return ![.unavailable, .retryable, .invalidConfig, .unsupported].contains(outcome.status)
    }

    private mutating func rollBack(from stage: Stage) -> Action {
        state = .rollingBack(failed: stage)
        return .run(.rollback)
    }

    private mutating func next() -> Action {
        guard !remaining.isEmpty else { return hasDone || last == nil ? finish(.deployed) : finishUndone() }
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
        return finish(.failed)
    }

    private mutating func finish(_ outcome: ServiceResult.Outcome) -> Action {
        state = .finished(outcome)
        return .finish(outcome)
    }
}
