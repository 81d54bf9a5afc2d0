package import Model

/// Keeps what a cycle is about to do, before it is done, and what came of it afterwards.
package protocol Recorder: Sendable {
    /// Takes up what was asked of the service until now; what is asked for later is another attempt's.
    func serviceStarted(cycle: Int64, service: ServiceName, reasons: [DueReason]) async throws(Failure)
    func stageStarted(cycle: Int64, service: ServiceName, stage: Stage, operation: String, at: Timestamp)
        async throws(Failure)
    func stageEnded(cycle: Int64, service: ServiceName, outcome: StageOutcome) async throws(Failure)
    /// A group is about to go live: what it takes to undo that is kept.
    /// - Parameter members: in their order.
    func groupReleased(cycle: Int64, group: String, members: [Plan.Item]) async throws(Failure)
    /// Keeps the ends of services, all or none. Where a service was deployed or failed, what was taken up at its start is
    /// done. Where it was deployed, its dependents are asked for, whatever becomes of this cycle.
    func servicesEnded(cycle: Int64, _ ends: [ServiceEnd]) async throws(Failure)
}
