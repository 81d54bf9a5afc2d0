package import Model
package import Net

/// Answers "which commit is this branch at, over there?" as cheaply as each kind of remote allows.
///
/// http(s): one `ls-refs` request of git protocol v2 on a pooled connection (v0 advertisements are understood where the
/// server has nothing better); local paths: one reference is read from the repository's files; ssh: `GitTransport`.
package final class RefPoller: Sendable {
    /// What the remote says about a branch.
    package enum Tip: Sendable, Hashable {
        case revision(Revision)
        /// The remote answers, but has no such branch; an empty repository has none at all.
        case absent
    }

    private let transport: HTTPTransport
    private let client: RemoteClient
    private let deadline: Duration

    /// - Parameters:
    ///   - transport: shared with the rest of the daemon.
    ///   - client: for ssh remotes.
    ///   - deadline: for one poll as a whole.
    package init(transport: HTTPTransport, client: RemoteClient, deadline: Duration = .seconds(60)) {
        self.transport = transport
        self.client = client
        self.deadline = deadline
    }

    /// The tip of `refs/heads/<branch>` at the remote.
    /// - Throws: a `Failure` with the codes of `RemoteClient`.
    package func tip(of branch: String, at remote: GitRemote) async throws(Failure) -> Tip {
        fatalError()
    }
}
