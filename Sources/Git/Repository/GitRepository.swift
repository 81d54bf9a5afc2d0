import CGit2
package import Model

/// A repository on this machine: trees, commits, references, the operator's checkout.
///
/// Everything runs on a thread of its own, one call after the other, so a call never blocks the cooperative pool and one
/// `GitRepository` is one writer. Open a second one for work that takes long (a worktree does so by itself). All methods throw
/// a `Failure` whose code starts with `git.`; `git.locked` and `git.moved` are worth another try.
package actor GitRepository {
    /// As it was given to `open`.
    package nonisolated let path: String
    /// The repository's own folder: `.git`, or the folder itself when it is bare.
    package nonisolated let gitDirectory: String
    /// Nil for a bare repository.
    package nonisolated let workTree: String?

    private nonisolated let thread: GitThread
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    var session: GitSession
    let fingerprinter = Fingerprinter()

    private init(_ session: sending GitSession, path: String, thread: GitThread) {
        self.path = path
        self.thread = thread
        gitDirectory = session.gitDirectory
        workTree = session.workTree
        self.session = session
    }

    /// Opens the repository whose root is `path`; folders above it are not searched.
    /// - Throws: `git.not-a-repository` (the remedy says how to make a workspace), `git.owner`, `git.damaged`.
    package static func open(_ path: String) async throws(Failure) -> GitRepository {
        let thread = GitThread(label: "git \(path)")
        return try await thread.run {
            Result { () throws(Failure) in
                GitRepository(try GitSession(opening: path), path: path, thread: thread)
            }
        }
    }

    /// Makes a new repository, and the folders above it.
    /// - Parameter branch: what HEAD points at, still without a commit.
    /// - Throws: `git.exists` when there is a repository already.
    package static func initialise(
        _ path: String, isBare: Bool = false, branch: String = "main"
    ) async throws(Failure) -> GitRepository {
        let thread = GitThread(label: "git \(path)")
        return try await thread.run {
            Result { () throws(Failure) in
                GitRepository(
                    try GitSession(initialising: path, isBare: isBare, branch: branch), path: path, thread: thread)
            }
        }
    }

    /// Opens the files anew, after packs have been merged or a clone was replaced underneath.
    package func reopen() throws(Failure) {
        session = try GitSession(opening: path)
    }
}
