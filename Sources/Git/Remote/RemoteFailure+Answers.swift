import Model

/// The sentences that the poll over HTTP and the child process share.
extension RemoteFailure {
    func httpStatus(_ status: Int, text: String?) -> Failure {
        switch status {
        case 401:
            Failure(
                .remoteAuth,
                remote.credential == .none
                    ? "\(remote) asks who we are, and no credentials are configured for it"
                    : "\(remote) refused the \(remote.credential)",
                remedy: remote.credential == .none ? credentialRemedy : rejectedRemedy, cause: text)
        case 403:
            Failure(
                .remoteForbidden, "\(remote) knows who we are and says no (403)",
                remedy: "Give the owner of the token (GITHUB_TOKEN) access to the repository, write access for pushes.",
                cause: text)
        case 404, 410:
            notFound("HTTP status \(status)")
        case 429:
            Failure(
                .remoteServerError, "\(remote) asks for fewer requests (429)", remedy: "Poll less often.", cause: text,
                scheduling: .retry)
        case 500...599:
            Failure(
                .remoteServerError, "the server of \(remote) is in trouble (\(status))",
                remedy: "Nothing to do here; it is tried again. Look into the server's log if it lasts.", cause: text,
                scheduling: .retry)
        case 300...399:
            redirect(to: nil)
        default:
            Failure(
                .remoteServerError, "\(remote) answered with HTTP status \(status)",
                remedy: "Check the URL and the server's log.", cause: text, scheduling: .retry)
        }
    }

    func redirect(to location: String?) -> Failure {
        let place = location.map { " to \($0)" } ?? " elsewhere"
        return Failure(
            .remoteRedirect, "\(remote) redirects\(place), which is not followed because credentials might go astray",
            remedy: "Configure the address where the repository is now.")
    }

    func notGit(_ text: String?) -> Failure {
        Failure(
            .remoteNotGit, "what answers at \(remote) is no git server",
            remedy: "Check the URL; a login page or a proxy may stand in front of the server.", cause: text)
    }

    func notFound(_ text: String?) -> Failure {
        // What libgit2 says of a path that is not there speaks of protocols.
        let isPath = remote.url.kind == .local
        return Failure(
            .remoteNotFound, "there is no repository at \(remote)",
            remedy: isPath
                ? "Check the path and that the daemon may read it."
                : "Check the URL, and that the credentials may see the repository (private ones hide as not found).",
            cause: isPath && text?.contains("unsupported URL protocol") == true ? "there is no such path" : text)
    }

    func dns(_ text: String?) -> Failure {
        Failure(
            .remoteDNS, "the host name of \(remote) cannot be resolved",
            remedy: "Check the spelling of the host and this machine's name service.", cause: text,
            scheduling: .wait(for: remote.url.host ?? remote.name))
    }

    func unreachable(_ text: String?) -> Failure {
        Failure(
            .remoteConnect, "the server of \(remote) cannot be reached",
            remedy: "Check that it runs and that a firewall lets the connection through.", cause: text,
            scheduling: .wait(for: remote.url.host ?? remote.name))
    }

    func tls(_ text: String?) -> Failure {
        Failure(
            .remoteTLS, "the certificate of \(remote) is not trusted",
            remedy: remote.authorityFile.map {
                "Check that \($0) holds the authority that signed it, and the host name."
            }
                ?? "If it is signed by an authority of your own, configure that authority's file.",
            cause: text)
    }

    func interrupted(_ text: String?) -> Failure {
        Failure(
            .remoteInterrupted, "\(remote) ended the connection in the middle",
            remedy: "It is tried again; look into the server's log if it lasts.", cause: text, scheduling: .retry)
    }

    func diskFull(_ text: String?) -> Failure {
        Failure(
            .remoteDiskFull, "the disk is full while \(doing) \(remote)",
            remedy: "Free space on the file system of \(repository ?? "the repository").", cause: text,
            scheduling: .wait(for: "disk space"))
    }

    func owner(_ text: String?) -> Failure {
        let path = remote.url.localPath ?? repository ?? "the repository"
        return Failure(
            .remoteOwner, "a repository (\(path)) belongs to another user, and git does not trust it",
            remedy: "Run the daemon as its owner, or give the folder to the daemon's user (chown -R).", cause: text)
    }

    func shallow(_ text: String?) -> Failure {
        Failure(
            .remoteShallow, "\(remote) or the local clone is shallow, which libgit2 cannot work with",
            remedy: "Use a full clone (git fetch --unshallow).", cause: text)
    }
}
