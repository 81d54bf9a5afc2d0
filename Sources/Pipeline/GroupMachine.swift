package import Model

/// What the members of a group that one cycle releases are doing together. Pure; `CycleMachine` moves it.
package struct GroupMachine: Sendable {
    package enum Phase: Hashable, Sendable {
        /// Members are built and tested; nothing of the group is live.
        case preparing
        /// Members go live in their order.
        case releasing
        /// Members are rolled back, the last one first.
        case undoing
        case ended
    }

    package let name: String
    /// In an order that respects `dependsOn`.
    package let members: [ServiceName]
    package internal(set) var phase: Phase = .preparing
    /// In the order in which they went live.
    package internal(set) var released: [ServiceName] = []
    /// The member that failed. nil where none did, though the group is not released: then the daemon's time was up.
    package internal(set) var culprit: ServiceName?

    /// Whether something of it has gone live, so that its members end together.
    package var isLive: Bool { phase == .releasing || phase == .undoing }
}
