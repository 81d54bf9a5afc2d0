package import Model

/// Something asked for a service to be deployed again whether or not it changed; open until an attempt that began after
/// it was deployed or failed.
package struct RestartRequest: Sendable, Hashable, Identifiable {
    package var id: Int64
    package var service: ServiceName
    /// Who asked: `feedback '4711'`, `the deployment of 'database'`.
    package var requestedBy: String
    package var requestedAt: Timestamp
    package init(id: Int64, service: ServiceName, requestedBy: String, requestedAt: Timestamp) {
        self.id = id
        self.service = service
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
    }
}
