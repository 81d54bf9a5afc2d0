package import Model
package import Net
import Synchronization

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
    /// Servers known to speak protocol v2, by URL: what spares every poll but the first its `GET info/refs`.
    private let servers = Mutex<[String: HTTPPoll.Version2]>([:])

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
        let reference = "refs/heads/\(branch)"
        let id: ObjectID?
        switch remote.url.kind {
        case .http, .https:
            id = try await remote.entered { (remote) throws(Failure) in try await pollHTTP(reference, remote) }
        case .local: id = try await readLocal(reference, remote)
        case .ssh: id = try await client.listRefs(remote, deadline: deadline)[reference]
        }
        return id.map { .revision($0) } ?? .absent
    }

    private func pollHTTP(_ reference: String, _ remote: GitRemote) async throws(Failure) -> ObjectID? {
        let key = remote.url.text
        let known = servers.withLock { $0[key] }
        let poll = HTTPPoll(transport: transport, remote: remote, reference: reference, deadline: deadline)
        do {
            let answer = try await poll.run(known: known)
            if answer.version2 != known { servers.withLock { $0[key] = answer.version2 } }
            return answer.tip
        } catch {
            if known != nil { servers.withLock { $0[key] = nil } }
            throw error
        }
    }

    /// Off the cooperative pool: the path may lie on a file system that is slow or gone.
    private func readLocal(_ reference: String, _ remote: GitRemote) async throws(Failure) -> ObjectID? {
        let path = remote.url.text
        let sentences = RemoteFailure(remote: remote, doing: "polling", repository: nil, deadline: deadline)
        let result: Result<ObjectID?, Failure> = await OperationThread.run {
            do throws(LocalReferences.Problem) {
                return .success(try LocalReferences(path: path).target(of: reference))
            } catch {
                return .failure(error.failure(sentences))
            }
        }
        return try result.get()
    }
}
