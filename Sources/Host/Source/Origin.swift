import Git
import Model

/// The workspace clone and its origin: polls, fetches and pushes, and which commit the daemon follows.
///
/// Nothing here touches the operator's checkout.
struct Origin: Sendable {
    let repository: GitRepository
    let remote: GitRemote
    let client: RemoteClient
    let poller: RefPoller
    let branch: String
    let identity: Identity

    /// Where a fetch leaves origin's branch in the clone.
    var tracking: String { "refs/remotes/\(remote.name)/\(branch)" }
    /// The commit the daemon follows; a reference, so that no repacking loses it after a force push.
    var followed: String { Self.followed(branch) }
    static func followed(_ branch: String) -> String { "refs/deployer/\(branch)" }

    /// The commit origin's branch is at; asks the remote, fetches nothing. Throws `git.empty` when there is no branch.
    func poll() async throws(Failure) -> Revision {
        switch try await poller.tip(of: branch, at: remote) {
        case .revision(let revision): return revision
        case .absent:
            throw Failure(
                .init("git.empty"), "\(remote) has no branch '\(branch)' yet",
                remedy: "push a first commit to '\(branch)', or name another branch with `branch:` in deployer.yaml",
                scheduling: .wait(for: "a first commit on '\(branch)'"))
        }
    }

    /// Makes `tip`, as a poll found it, available in the clone, and returns where the branch is by then.
    func fetch(_ tip: Revision) async throws(Failure) -> Revision {
        if try await repository.revision(of: tracking) == tip { return tip }
        _ = try await client.fetch(
            remote, into: repository.path, refspecs: ["+refs/heads/\(branch):\(tracking)"], prune: true)
        guard let fetched = try await repository.revision(of: tracking) else {
            throw Failure(
                .init("git.empty"), "\(remote) lost its branch '\(branch)' while it was fetched", scheduling: .retry)
        }
        return fetched
    }

    /// What a step from the followed commit to `tip` is.
    enum Step: Sendable, Hashable {
        case same
        case forward
        /// History was rewritten: the followed commit is not part of the new one.
        case forced(from: Revision)
    }

    func step(to tip: Revision) async throws(Failure) -> Step {
        guard let current = try await repository.revision(of: followed) else { return .forward }
        if current == tip { return .same }
        switch try await repository.relation(of: tip, to: current) {
        case .same: return .same
        case .ahead: return .forward
        case .behind, .diverged, .unrelated: return .forced(from: current)
        }
    }

    func follow(_ tip: Revision) async throws(Failure) {
        try await repository.update(followed, to: tip, expecting: .anything, reason: "codex-deployer: follow \(branch)")
    }

    /// Pushes one commit to a branch that must be where it is expected. Returns false when it is not (any more).
    func push(_ commit: Revision, to branch: String, expecting: PushUpdate.Expectation, isForced: Bool = false)
        async throws(Failure) -> Bool
    {
        let update = PushUpdate(
            .commit(commit), to: "refs/heads/\(branch)", isForced: isForced, expected: expecting)
        do throws(Failure) {
            _ = try await client.push(remote, from: repository.path, updates: [update])
            return true
        } catch {
            guard error.code.rawValue == "git.push-rejected" else { throw error }
            return false
        }
    }

    /// Deletes one of the daemon's own branches; one that is gone already is a success.
    /// - Parameters:
    ///   - tip: where it must be.
    ///   - prefix: what its name must begin with.
    /// - Throws: `git.branch-moved` where somebody has pushed to it, `git.foreign-branch` for somebody else's.
    func delete(_ branch: String, at tip: Revision, prefix: String) async throws(Failure) {
        guard !prefix.isEmpty, branch.hasPrefix(prefix), branch != self.branch else {
            throw Failure(
                .init("git.foreign-branch"), "the branch '\(branch)' is not the daemon's",
                remedy: "delete it by hand if it is to go")
        }
        do throws(Failure) {
            _ = try await client.push(
                remote, from: repository.path,
                updates: [PushUpdate(.nothing, to: "refs/heads/\(branch)", expected: .commit(tip))])
        } catch {
            guard error.code == .remotePushRejected else { throw error }
            guard case .revision(let there) = try await poller.tip(of: branch, at: remote) else { return }
            throw Failure(
                .init("git.branch-moved"), "'\(branch)' is at \(there.short) by now, not at \(tip.short)",
                remedy: "somebody has pushed to it: delete it by hand when it is no longer wanted")
        }
    }

    var signature: Signature { Signature(identity) }
}
