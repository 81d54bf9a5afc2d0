package import Model

/// Runs one stage of one service. Every fault is an outcome; nothing is thrown.
package protocol StageRunner: Sendable {
    /// Cancelling the surrounding task ends the stage and everything it started.
    func run(_ request: StageRequest, events: @escaping @Sendable (StageEvent) -> Void) async -> StageOutcome
}

/// Makes the request of a stage: which folders, which state, which time limit.
package protocol StagePreparer: Sendable {
    func request(for item: Plan.Item, stage: Stage, state: ServiceState, operation: String) async throws(Failure)
        -> StageRequest
}
