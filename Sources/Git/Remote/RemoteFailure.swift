import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Makes the sentence for people of how a `GitTransport` run ended.
struct RemoteFailure {
    /// libgit2's error classes that matter here (git2/errors.h).
    private enum GitClass {
        static let os = 2
        static let reference = 4
        static let net = 12
        static let ssl = 16
        static let ssh = 23
        static let http = 34
    }
    /// libgit2's status codes that matter here.
    private enum GitCode {
        static let notFound = -3
        static let bareRepository = -8
        static let nonFastForward = -11
        static let locked = -14
        static let auth = -16
        static let certificate = -17
        static let eof = -20
        static let owner = -36
    }

    let remote: GitRemote
    /// What was being done: `fetching from`, `pushing to`.
    let doing: String
    /// The local repository, where there is one.
    let repository: String?
    let deadline: Duration
    /// Up to when the deadline was put off while data came.
    var longest: Duration?

    func failure(for outcome: TransportRun.Outcome, executable: String) -> Failure {
        let made: Failure
        switch outcome.end {
        case .deadline:
            let how =
                longest.map { "stood still for \(deadline.spoken), or took longer than \($0.spoken)," }
                ?? "was not finished within \(deadline.spoken)"
            made = Failure(
                .remoteTimeout, "\(doing) \(remote) \(how) and was ended",
                remedy: "Check whether the server answers, or raise the deadline for large transfers.",
                scheduling: .retry)
        case .cancelled:
            made = Failure(.remoteCancelled, "\(doing) \(remote) was cancelled", scheduling: .retry)
        case .exited, .signalled:
            if let refusal = outcome.reply.refusal {
                made = failure(for: refusal, remoteLines: outcome.reply.remoteLines)
            } else {
                made = crash(outcome, executable: executable)
            }
        }
        return masked(made)
    }

    func masked(_ failure: Failure) -> Failure {
        var failure = failure
        failure.message = remote.credential.masking(failure.message)
        failure.cause = failure.cause.map(remote.credential.masking)
        failure.remedy = failure.remedy.map(remote.credential.masking)
        return failure
    }

    private func crash(_ outcome: TransportRun.Outcome, executable: String) -> Failure {
        let how =
            switch outcome.end {
            case .signalled(let signal): "was ended by signal \(signal)"
            case .exited(let status): "ended with status \(status) without an answer"
            default: "gave no answer"
            }
        let said = outcome.complaints.isEmpty ? outcome.reply.unknownLine : outcome.complaints
        return Failure(
            .remoteTransport, "\(doing) \(remote) failed: the child process \(how)",
            remedy: "Check that \(executable) belongs to this version; report it if it does.", cause: said,
            scheduling: .retry)
    }

    private func failure(for refusal: TransportReply.Refusal, remoteLines: [String]) -> Failure {
        switch refusal.kind {
        case "auth-required":
            return Failure(
                .remoteAuth, "\(remote) asks who we are, and no credentials are configured for it",
                remedy: credentialRemedy)
        case "auth-rejected":
            return Failure(
                .remoteAuth, "\(remote) refused the \(remote.credential)", remedy: rejectedRemedy)
        case "auth-unsupported":
            return Failure(
                .remoteAuth, "\(remote) does not take a \(remote.credential)", remedy: credentialRemedy)
        case "host-key-unknown", "host-key-changed", "host-key-revoked": return hostKey(refusal)
        case "lease": return lease(refusal.message)
        case "git": return git(refusal, remoteLines: remoteLines)
        default:
            return Failure(
                .remoteTransport, "\(doing) \(remote) failed: the child process did not take the request",
                remedy: "Report this; it is a defect of the deployer.", cause: refusal.message)
        }
    }

    var credentialRemedy: String {
        remote.url.kind == .ssh
            ? "Configure an ssh key file (ed25519) whose public half the server knows."
            : "Set GITHUB_TOKEN in the environment or in dispatcher.env; for another server than the workspace's own name "
                + "its host in DISPATCHER_TOKEN_HOSTS as well."
    }

    var rejectedRemedy: String {
        remote.url.kind == .ssh
            ? "Check that the server knows the public half of the key, and use an ed25519 key: this libssh2 signs RSA "
                + "with SHA-1, which servers refuse today."
            : "Check that the token (GITHUB_TOKEN, or the GitHub App's rights) is valid, has not expired and may read (and push to) this repository."
    }

    private func hostKey(_ refusal: TransportReply.Refusal) -> Failure {
        let file = remote.knownHostsFiles.first ?? "~/.ssh/known_hosts"
        let words = refusal.message.split(separator: " ")
        let fingerprint = words.last.map(String.init) ?? ""
        let line = words.dropLast().joined(separator: " ")
        switch refusal.kind {
        case "host-key-unknown":
            return Failure(
                .remoteHostKeyUnknown, "the ssh host key of \(remote) is not known (\(fingerprint))",
                remedy: "Compare the fingerprint with the server's, then add this line to \(file): \(line)")
        case "host-key-changed":
            return Failure(
                .remoteHostKeyChanged,
                "the ssh host key of \(remote) is not the one on record (\(fingerprint)): somebody may be in between",
                remedy:
                    "Ask the server's administrator. Only if the key was changed on purpose, replace the host's lines "
                    + "in \(file) by: \(line)")
        default:
            return Failure(
                .remoteHostKeyChanged, "the ssh host key of \(remote) is marked as revoked in \(file)",
                remedy: "Do not connect before the server has a new key.")
        }
    }

    private func lease(_ message: String) -> Failure {
        let words = message.split(separator: " ").map(String.init)
        guard words.count == 3 else { return rejected(cause: message) }
        return Failure(
            .remotePushRejected,
            "\(words[0]) of \(remote) is at \(words[2].prefix(12)), not at \(words[1].prefix(12)) as expected",
            remedy: "Fetch, rebase and push again.", scheduling: .retry)
    }

    func rejected(cause: String?) -> Failure {
        Failure(
            .remotePushRejected, "\(remote) has moved since it was last fetched",
            remedy: "Fetch, rebase and push again.", cause: cause, scheduling: .retry)
    }

    private func git(_ refusal: TransportReply.Refusal, remoteLines: [String]) -> Failure {
        let text = refusal.message
        if refusal.code == GitCode.nonFastForward { return rejected(cause: text) }
        if text.contains("No space left on device") || text.contains("Disk quota exceeded") { return diskFull(text) }
        // libgit2 1.5 stumbles over its missing exception list before it says whose the repository is.
        if refusal.code == GitCode.owner || text.contains("is not owned by current user")
            || text.contains("'safe.directory'")
        {
            return owner(refusal.code == GitCode.owner ? text : nil)
        }
        if refusal.code == GitCode.locked || text.contains("failed to lock file") || text.contains(".lock'") {
            return Failure(
                .remoteLocked, "\(repository ?? "the local repository") is locked by another process",
                remedy: "Try again; if nothing is using it any more, remove the .lock file that is named.", cause: text,
                scheduling: .retry)
        }
        if let status = Self.httpStatus(text) { return httpStatus(status, text: text) }
        if remote.url.kind == .local { return local(refusal) }
        return network(refusal, remoteLines: remoteLines)
    }

    private func network(_ refusal: TransportReply.Refusal, remoteLines: [String]) -> Failure {
        let text = refusal.message
        let lower = text.lowercased()
        if lower.contains("failed to resolve address") { return dns(text) }
        if lower.contains("failed to connect to") { return unreachable(text) }
        if refusal.code == GitCode.certificate || refusal.gitClass == GitClass.ssl || lower.contains("ssl certificate")
        {
            return tls(text)
        }
        if lower.contains("content-type") { return notGit(text) }
        if lower.contains("redirect") { return redirect(to: nil) }
        if refusal.code == GitCode.auth || lower.contains("failed to authenticate") {
            return Failure(
                .remoteAuth, "\(remote) refused the \(remote.credential)", remedy: rejectedRemedy, cause: text)
        }
        if lower.contains("repository not found") || lower.contains("does not appear to be a git repository") {
            return notFound(text)
        }
        // libgit2 1.5 does not know the lines by which a shallow remote says so, and stumbles in a shallow clone when it
        // tells the remote what it has.
        if lower.contains("shallow") || lower.contains("error parsing ref pkt-line")
            || lower.contains("object not found") && repository.map(Self.isShallow) ?? false
        {
            return shallow(text)
        }
        if refusal.code == GitCode.eof || Self.speaksOfAnEnd(lower) { return interrupted(text) }
        if lower.contains("failed to start ssh session") {
            return Failure(
                .remoteInterrupted, "no ssh session with \(remote) could be agreed on",
                remedy: "Check that an ssh server listens on that port and offers an ed25519 or ECDSA host key.",
                cause: text, scheduling: .retry)
        }
        if refusal.gitClass == GitClass.os, let repository {
            return Failure(
                .remoteRepository, "\(repository) cannot be used while \(doing) \(remote)",
                remedy: "Check its permissions and the disk.", cause: text)
        }
        let words = ([text] + remoteLines.suffix(5)).joined(separator: "; ")
        return Failure(
            .remoteOther, "\(doing) \(remote) failed", remedy: "See what the remote says; the next poll tries again.",
            cause: words, scheduling: .retry)
    }

    private func local(_ refusal: TransportReply.Refusal) -> Failure {
        // Its history ends where no object says so, which looks like damage.
        if Self.isShallow(remote.url.text) { return shallow(refusal.message) }
        if refusal.code == GitCode.notFound || refusal.message.contains("unsupported URL protocol")
            || refusal.message.contains("could not find repository")
        {
            return notFound(refusal.message)
        }
        if refusal.code == GitCode.bareRepository {
            return Failure(
                .remotePushDeclined, "\(remote) is no bare repository, and a path remote must be one to be pushed to",
                remedy: "Push to a bare repository (git init --bare).", cause: refusal.message)
        }
        return Failure(
            .remoteOther, "\(doing) \(remote) failed", remedy: "Check both repositories for damage and permissions.",
            cause: refusal.message, scheduling: .retry)
    }

    private static func isShallow(_ path: String) -> Bool {
        ["shallow", ".git/shallow"].contains { access("\(path)/\($0)", F_OK) == 0 }
    }

    /// libgit2 tells a status only in its message.
    private static func httpStatus(_ text: String) -> Int? {
        guard let range = text.firstRange(of: "http status code: ") else { return nil }
        return Int(text[range.upperBound...].prefix { $0.isNumber })
    }

    private static func speaksOfAnEnd(_ text: String) -> Bool {
        [
            "early eof", "unexpected eof", "connection reset", "broken pipe", "error receiving", "error sending",
            "unexpected disconnection", "could not read from socket", "socket disconnect", "unexpected end",
            "invalid packet", "premature", "http parser error", "incomplete", "no packfile", "indexer",
        ].contains { text.contains($0) }
    }
}
