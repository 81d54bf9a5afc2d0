import CGit2
package import Model

extension GitRepository {
    /// Looks for damage in the repository at `path`, with as little trust in its files as possible. Costs the reading of HEAD's
    /// trees and a look at each of their files' names in the object database; no content is read.
    /// - Parameter objectLimit: objects looked up at most.
    /// - Returns: nothing for a repository that is well. A reference to a commit that is not there is damage; a repository without
    ///   commits is not.
    /// - Throws: `git.not-a-repository` when nothing there looks like one, and what keeps a sound one from being opened:
    ///   `git.owner`, `git.permission`, `git.unsupported` (a feature that libgit2 does not know), `git.files`.
    package static func examine(
        _ path: String, objectLimit: Int = 300_000
    ) async throws(Failure) -> [GitDamage] {
        let thread = GitThread(label: "git examine \(path)")
        return try await thread.run {
            Result { () throws(Failure) in
                defer { cgit2_release_memory() }
                var examination = try RepositoryExamination(path, objectLimit: objectLimit)
                return try examination.run()
            }
        }
    }

    /// Removes lock files older than `age` or than the last start of the machine, which a killed process has left behind.
    /// - Returns: the paths of those removed.
    package static func removeStaleLocks(
        _ path: String, olderThan age: Duration = StaleLocks.age
    ) async throws(Failure) -> [String] {
        let thread = GitThread(label: "git locks \(path)")
        return try await thread.run {
            Result { () throws(Failure) in
                let locks = try RepositoryExamination(path, objectLimit: 0).staleLocks(olderThan: age)
                for lock in locks { try FileRemoval.remove(lock) }
                return locks
            }
        }
    }

    /// Makes the checkout's index anew from HEAD; no file is touched. The old one stays beside it, as `index.damaged-<time>`.
    package func rebuildIndex() throws(Failure) { try session.rebuildIndex() }
}
