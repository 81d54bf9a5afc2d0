package import Model

/// Keeps what a cycle is about to do, before it is done, and what came of it afterwards.
package protocol Recorder: Sendable {
    func serviceStarted(cycle: Int64, service: ServiceName, reasons: [DueReason]) async throws(Failure)
    func stageStarted(cycle: Int64, service: ServiceName, stage: Stage, operation: String, at: Timestamp)
        async throws(Failure)
    func stageEnded(cycle: Int64, service: ServiceName, outcome: StageOutcome) async throws(Failure)
    func serviceEnded(cycle: Int64, service: ServiceName, outcome: ServiceResult.Outcome, state: ServiceState)
        async throws(Failure)
}
