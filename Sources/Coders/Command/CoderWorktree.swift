package import Model

/// The working tree that a command may change; who made it takes its difference as the patch.
package protocol CoderWorktree: Sendable {
    /// Absolute, without links in it.
    var folder: String { get }
    /// Whether it differs from the commit that it was made from, files that git does not know among it.
    func isChanged() async throws(Failure) -> Bool
}
