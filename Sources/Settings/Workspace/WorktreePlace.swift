/// A worktree of the workspace's repository.
package struct WorktreePlace: Hashable, Sendable {
    /// Among the repository's worktrees.
    package let name: String
    package let path: String
}
