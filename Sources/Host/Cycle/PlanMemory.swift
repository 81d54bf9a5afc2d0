import Model

/// The last plan in which nothing was due, and what it was made from: a poll that finds the same of all of it need not
/// compare a thousand services again.
struct PlanMemory {
    /// Everything a plan depends on.
    struct Basis: Equatable {
        var revision: Revision
        /// Which reading of `deployer.yaml`.
        var configuration: Int
        /// Digests of the plugins that are ready.
        var plugins: [String]
        var states: [ServiceName: ServiceState]
        var requested: [ServiceName: String]
        /// Restart scripts that would not be executed, and why.
        var scripts: [ServiceName: String]
        /// Services that nothing is deployed of for now, and why.
        var paused: [ServiceName: String]
    }

    private var basis: Basis?
    private var plan: PlanMaker.Made?

    /// The plan for the same basis; nil when there is none.
    func plan(for basis: Basis) -> PlanMaker.Made? { self.basis == basis ? plan : nil }

    /// Keeps a plan if only its basis can change it: not one with something to do, not one that waits for a time, and not
    /// one with services whose sources lie in repositories of their own, which are polled with each plan.
    mutating func keep(_ made: PlanMaker.Made, for basis: Basis) {
        let plan = made.plan
        let isLasting = plan.due.isEmpty && !basis.states.values.contains { $0.failure?.retryAt != nil }
        let isWhole = !plan.items.contains { $0.service.remote != nil }
        (self.basis, self.plan) = isLasting && isWhole ? (basis, made) : (nil, nil)
    }
}
