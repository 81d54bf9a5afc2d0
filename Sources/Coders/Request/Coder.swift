/// Somebody who is asked for a repair.
package protocol Coder: Sendable {
    /// - Parameter progress: told what people may want to see while it works; scrubbed and masked.
    func propose(_ request: CoderRequest, progress: @escaping @Sendable (String) -> Void) async throws(CoderFailure)
        -> CoderProposal
}
