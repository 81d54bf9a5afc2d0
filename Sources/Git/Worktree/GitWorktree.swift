import CGit2
package import Model

/// A worktree of the daemon's own, kept between cycles so that builds stay incremental: an update writes the files that differ
/// and no others, so all others keep their times.
///
/// It is sparse: only selected files are there, and the selection may grow and shrink from update to update. Files are byte for
/// byte what the commit holds (no filters). Files that builds put beside them stay, unless a commit needs their place.
/// It runs on a thread of its own; two processes do not get into each other's way (`git.locked`).
package actor GitWorktree {
    package nonisolated let path: String
    package nonisolated let name: String
    private nonisolated let repository: String

    private nonisolated let thread: GitThread
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// For tests: called before each file, with how many were done; may throw to cut an update short.
    var interruption: (@Sendable (Int) throws(Failure) -> Void)?

    /// Names a worktree; nothing is made before the first update.
    /// - Parameters:
    ///   - repository: root of the repository it belongs to.
    ///   - name: one path component, unique in the repository.
    ///   - path: absolute; its folder is made by the first update.
    package init(repository: String, name: String, path: String) {
        self.repository = repository
        self.name = name
        self.path = path
        thread = GitThread(label: "worktree \(name)")
    }

    /// Brings the files to a commit. What is missing or damaged of the worktree is made anew; an update that was cut short
    /// is finished by the next one, whatever its revision.
    /// - Parameters:
    ///   - selection: the files that are to be there; others that an earlier update wrote are removed.
    ///   - inspecting: files whose content must be right even where a build has changed it: they are looked at one by one.
    ///     Nil looks at none beside the ones that differ between the commits.
    /// - Throws: `git.not-found` for a commit that is not in the repository, `git.unsafe-path` for a tree with names that would
    ///   leave the worktree, `git.locked`, `git.disk-full`, `git.permission`.
    @discardableResult
    package func update(
        to revision: Revision, selection: PathSelection = .everything, inspecting: PathSelection? = nil
    ) throws(Failure) -> WorktreeUpdate {
        // Opened anew each time: packs may have been merged, or the clone replaced, since the last update.
        let session = try GitSession(opening: repository)
        let administration = WorktreeAdministration(path: path, name: name, commonDirectory: session.commonDirectory)
        return try administration.exclusively { () throws(Failure) in
            var job = try WorktreeJob(
                session, administration, target: .init(revision: revision, selection: selection),
                inspecting: inspecting)
            let result = try job.run(interruption)
            // A large worktree takes tens of megabytes to look through, and the daemon then idles for long.
            if result.inspected + result.written > 10_000 { cgit2_release_memory() }
            return result
        }
    }

    /// The commit of the last update that was completed; nil before the first one and after one that was cut short.
    package func revision() throws(Failure) -> Revision? {
        let state = try administration().readState()
        return state?.pending.isEmpty == true ? state?.revision : nil
    }

    /// Removes the worktree and its entry in the repository.
    package func remove() throws(Failure) {
        let administration = try administration()
        try administration.exclusively { () throws(Failure) in try administration.remove() }
    }

    private func administration() throws(Failure) -> WorktreeAdministration {
        let session = try GitSession(opening: repository)
        return WorktreeAdministration(path: path, name: name, commonDirectory: session.commonDirectory)
    }

    func interrupt(with interruption: (@Sendable (Int) throws(Failure) -> Void)?) { self.interruption = interruption }
}
