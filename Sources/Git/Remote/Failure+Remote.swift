package import Model

/// What can go wrong with a remote; see `RemoteClient` for who throws which.
extension Failure.Code {
    package static let remoteTimeout = Failure.Code("git.timeout")
    package static let remoteCancelled = Failure.Code("git.cancelled")
    package static let remoteDNS = Failure.Code("git.dns")
    package static let remoteConnect = Failure.Code("git.connect")
    /// The connection ended in the middle.
    package static let remoteInterrupted = Failure.Code("git.interrupted")
    package static let remoteTLS = Failure.Code("git.tls")
    /// The remote wants to know who asks, or does not accept the answer.
    package static let remoteAuth = Failure.Code("git.auth")
    /// The remote knows who asks and says no.
    package static let remoteForbidden = Failure.Code("git.forbidden")
    package static let remoteNotFound = Failure.Code("git.not-found")
    package static let remoteServerError = Failure.Code("git.server-error")
    /// Something answers, but it is no git server: a login page, a proxy's error page.
    package static let remoteNotGit = Failure.Code("git.not-git")
    package static let remoteRedirect = Failure.Code("git.redirect")
    package static let remoteHostKeyUnknown = Failure.Code("git.host-key-unknown")
    package static let remoteHostKeyChanged = Failure.Code("git.host-key-changed")
    /// The destination moved: fetch, rebase, push again.
    package static let remotePushRejected = Failure.Code("git.push-rejected")
    /// A hook or a rule of the remote refused the push.
    package static let remotePushDeclined = Failure.Code("git.push-declined")
    package static let remoteDiskFull = Failure.Code("git.disk-full")
    /// The repository belongs to another user.
    package static let remoteOwner = Failure.Code("git.owner")
    /// Another process holds a lock in the local repository.
    package static let remoteLocked = Failure.Code("git.locked")
    /// The local repository cannot be used.
    package static let remoteRepository = Failure.Code("git.repository")
    package static let remoteShallow = Failure.Code("git.shallow")
    /// `GitTransport` is missing, crashed or spoke out of turn.
    package static let remoteTransport = Failure.Code("git.transport")
    package static let remoteURLInvalid = Failure.Code("git.url-invalid")
    /// A token would have to be sent in the clear.
    package static let remotePlainHTTP = Failure.Code("git.plain-http")
    /// The URL carries a password or token.
    package static let remoteURLCredentials = Failure.Code("git.url-credentials")
    /// Anything else, in the remote's or libgit2's own words.
    package static let remoteOther = Failure.Code("git.remote")
}
