package import Model

/// Network operations of git, each in a child process (`GitTransport`) of its own that can be killed: libgit2 1.5 has no
/// timeout, so nothing that talks to a remote through it may run inside the daemon.
///
/// Every operation ends within its deadline and at once when its task is cancelled; the child and its group are then
/// killed and what they left half done (packs in the making, lock files they held) is removed. No call blocks a thread
/// of the cooperative pool. Every thrown `Failure` names the remote, says what to do, and holds no secret.
///
/// Codes: `git.timeout`, `git.cancelled`, `git.dns`, `git.connect`, `git.interrupted`, `git.tls`, `git.auth`, `git.forbidden`,
/// `git.not-found`, `git.server-error`, `git.not-git`, `git.redirect`, `git.host-key-unknown`, `git.host-key-changed`,
/// `git.push-rejected` (fetch, rebase, push again), `git.push-declined` (a hook or a rule of the remote), `git.disk-full`,
/// `git.owner`, `git.locked`, `git.repository`, `git.shallow`, `git.transport` (the child itself failed), `git.remote` (anything else).
package struct RemoteClient: Sendable {
    /// Path of the `GitTransport` executable.
    package var executable: String
    /// For an operation as a whole unless the call says otherwise.
    package var deadline: Duration

    package init(executable: String, deadline: Duration = .seconds(60)) {
        self.executable = executable
        self.deadline = deadline
    }

    /// Everything the remote advertises. For "has the branch moved?" use `RefPoller`, which is far cheaper.
    package func listRefs(_ remote: GitRemote, deadline: Duration? = nil) async throws(Failure) -> RemoteListing {
        fatalError()
    }

    /// Fetches into an existing repository.
    /// - Parameters:
    ///   - repository: path of the working tree or of the bare repository.
    ///   - refspecs: for instance `+refs/heads/*:refs/remotes/origin/*`.
    ///   - prune: removes local references under the refspecs' right sides that the remote no longer has.
    ///   - progress: called from a thread of the operation, at most about ten times a second.
    package func fetch(
        _ remote: GitRemote, into repository: String, refspecs: [String], prune: Bool = true, tags: Bool = false,
        deadline: Duration? = nil, progress: (@Sendable (RemoteProgress) -> Void)? = nil
    ) async throws(Failure) -> FetchResult {
        fatalError()
    }

    /// Clones without checking anything out. The clone grows under a temporary name beside `path` and is renamed when it is
    /// whole, so that a path that exists is a complete repository; what an earlier, killed attempt left there is removed.
    /// - Parameter path: must not exist, or be an empty folder.
    package func clone(
        _ remote: GitRemote, to path: String, isBare: Bool = false, deadline: Duration? = nil,
        progress: (@Sendable (RemoteProgress) -> Void)? = nil
    ) async throws(Failure) -> CloneResult {
        fatalError()
    }

    /// Pushes and checks the remote's answer for every reference.
    /// - Throws: `git.push-rejected` when a destination is not where it was expected (nothing is lost: fetch, rebase, push
    ///   again), `git.push-declined` with the remote's words when a hook or rule said no. A path remote runs no hooks.
    package func push(
        _ remote: GitRemote, from repository: String, updates: [PushUpdate], deadline: Duration? = nil,
        progress: (@Sendable (RemoteProgress) -> Void)? = nil
    ) async throws(Failure) -> PushResult {
        fatalError()
    }
}
