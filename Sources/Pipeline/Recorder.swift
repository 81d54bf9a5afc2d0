package import Model

/// Keeps what a cycle is about to do, before it is done, and what came of it afterwards.
package protocol Recorder: Sendable {
    /// Takes up what was asked of the service until now; what is asked for later is another attempt's.
    func serviceStarted(cycle: Int64, service: ServiceName, reasons: [DueReason]) async throws(Failure)
    func stageStarted(cycle: Int64, service: ServiceName, stage: Stage, operation: String, at: Timestamp)
        async throws(Failure)
    func stageEnded(cycle: Int64, service: ServiceName, outcome: StageOutcome) async throws(Failure)
    /// Where the service was deployed or failed, what was taken up at its start is done. Where it was deployed, its
    /// dependents are asked for, whatever becomes of this cycle.
    /// - Parameter dependents: the services that depend on it directly.
    func serviceEnded(
        cycle: Int64, service: ServiceName, outcome: ServiceResult.Outcome, state: ServiceState,
        dependents: [ServiceName]
    ) async throws(Failure)
}
