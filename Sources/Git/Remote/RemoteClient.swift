package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Network operations of git, each in a child process (`GitTransport`) of its own that can be killed: libgit2 1.5 has no
/// timeout, so nothing that talks to a remote through it may run inside the daemon.
///
/// Every operation ends within its deadline and at once when its task is cancelled; the child and its group are then
/// killed and what they left half done (packs in the making, lock files they held) is removed. No call blocks a thread
/// of the cooperative pool. Every thrown `Failure` names the remote, says what to do, and holds no secret; its code is
/// one of those in `Failure+Remote.swift`.
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
        let reply = try await remote.entered { (remote) throws(Failure) in
            try await run(
                TransportRequest("list", remote), remote, doing: "listing the references of", deadline: deadline)
        }
        return RemoteListing(references: reply.references, defaultBranch: reply.defaultBranch)
    }

    /// Fetches into an existing repository.
    /// - Parameters:
    ///   - repository: path of the working tree or of the bare repository.
    ///   - refspecs: for instance `+refs/heads/*:refs/remotes/origin/*`.
    ///   - prune: removes local references under the refspecs' right sides that the remote no longer has.
    ///   - longest: while data keeps coming the deadline is put off, up to this; for what may be a whole history.
    ///   - progress: called from a thread of the operation, at most about ten times a second.
    package func fetch(
        _ remote: GitRemote, into repository: String, refspecs: [String], prune: Bool = true, tags: Bool = false,
        deadline: Duration? = nil, longest: Duration? = nil, progress: (@Sendable (RemoteProgress) -> Void)? = nil
    ) async throws(Failure) -> FetchResult {
        let reply = try await remote.entered { (remote) throws(Failure) in
            var request = TransportRequest("fetch", remote)
            request.add("repository", repository)
            for refspec in refspecs { request.add("refspec", refspec) }
            if prune { request.add("prune", "1") }
            if tags { request.add("tags", "1") }
            return try await run(
                request, remote, doing: "fetching from", repository: repository, deadline: deadline, longest: longest,
                progress: progress)
        }
        return FetchResult(
            updates: reply.updates, receivedObjects: reply.progress.objects, receivedBytes: reply.progress.bytes,
            remoteIsEmpty: reply.done?["empty"] == "1")
    }

    /// Pushes and checks the remote's answer for every reference.
    /// - Throws: `git.push-rejected` when a destination is not where it was expected (nothing is lost: fetch, rebase, push
    ///   again), `git.push-declined` with the remote's words when a hook or rule said no. A path remote runs no hooks.
    package func push(
        _ remote: GitRemote, from repository: String, updates: [PushUpdate], deadline: Duration? = nil,
        progress: (@Sendable (RemoteProgress) -> Void)? = nil
    ) async throws(Failure) -> PushResult {
        try await remote.entered { (remote) throws(Failure) in
            var request = TransportRequest("push", remote)
            request.add("repository", repository)
            for update in updates { request.add(update) }
            let reply = try await run(
                request, remote, doing: "pushing to", repository: repository, deadline: deadline, progress: progress)
            let result = PushResult(
                answers: reply.answers, remoteLines: reply.remoteLines.map(remote.credential.masking))
            try PushVerdict(remote: remote, updates: updates, result: result).check()
            return result
        }
    }

    /// Runs the child and turns every end but success into a failure.
    func run(
        _ request: TransportRequest, _ remote: GitRemote, doing: String, repository: String? = nil,
        deadline: Duration?, longest: Duration? = nil, progress: (@Sendable (RemoteProgress) -> Void)? = nil
    ) async throws(Failure) -> TransportReply {
        var request = request
        let limit = deadline ?? self.deadline
        var home = "/nonexistent"
        if remote.url.kind == .ssh {
            home = try Self.makeHome()
            request.add("home", home)
            for file in Self.knownHostsFiles(for: remote) { request.add("known-hosts", file) }
        }
        defer { if remote.url.kind == .ssh { TransportLeftovers.removeTree(home) } }
        if let repository { TransportLeftovers.sweepPacks(ofRepository: repository) }
        let outcome = try await TransportRun(
            executable: executable, request: request.complete, home: home, deadline: limit, longest: longest,
            onProgress: progress
        ).outcome()
        if case .exited(0) = outcome.end, outcome.reply.done != nil { return outcome.reply }
        throw RemoteFailure(
            remote: remote, doing: doing, repository: repository, deadline: limit, longest: longest
        )
        .failure(for: outcome, executable: executable)
    }

    /// A private folder for the one known_hosts line that steers libssh2; it lives as long as the operation.
    private static func makeHome() throws(Failure) -> String {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/deployer-ssh-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(
                .remoteTransport, "no temporary folder can be made in \(base)",
                remedy: "Check its permissions and space.",
                cause: String(cString: strerror(errno)), scheduling: .retry)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func knownHostsFiles(for remote: GitRemote) -> [String] {
        guard remote.knownHostsFiles.isEmpty else { return remote.knownHostsFiles }
        let own = getenv("HOME").map { ["\(String(cString: $0))/.ssh/known_hosts"] } ?? []
        return own + ["/etc/ssh/ssh_known_hosts"]
    }
}
