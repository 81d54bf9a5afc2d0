import Model

/// What has become of a request to deploy a service again.
package struct RequestFate: Sendable, Hashable {
    /// The newest that took it up, among those that are still kept.
    package var cycle: Int64?
    /// A sentence for people, once it has ended; kept longer than the cycle: `failed in cycle 7`.
    package var end: String?

    /// Whether it was deployed, once it has ended.
    package var isDeployed: Bool? { end.map { $0.hasPrefix("\(ServiceResult.Outcome.deployed.rawValue) ") } }
}
