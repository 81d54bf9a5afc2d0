/// The end of a service in a cycle: what came of it, and what is known of it from now on.
package struct ServiceEnd: Sendable, Hashable {
    package var service: ServiceName
    package var outcome: ServiceResult.Outcome
    package var state: ServiceState
    /// Why it ended so, where its own stages don't say it.
    package var note: String?
    /// Services that are asked for where it was deployed.
    package var dependents: [ServiceName]
    package init(
        service: ServiceName, outcome: ServiceResult.Outcome, state: ServiceState, note: String? = nil,
        dependents: [ServiceName] = []
    ) {
        self.service = service
        self.outcome = outcome
        self.state = state
        self.note = note
        self.dependents = dependents
    }
}
