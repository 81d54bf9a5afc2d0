package import Model

/// Somebody asked for a service to be restarted; open until `restartEnded` says what came of it.
package struct RestartRequest: Sendable, Hashable, Identifiable {
    package var id: Int64
    package var service: ServiceName
    /// Who asked: `feedback 4711`, `operator`.
    package var requestedBy: String
    package var requestedAt: Timestamp
    package init(id: Int64, service: ServiceName, requestedBy: String, requestedAt: Timestamp) {
        self.id = id
        self.service = service
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
    }
}
