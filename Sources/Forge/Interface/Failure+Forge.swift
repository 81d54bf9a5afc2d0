package import Model

extension Failure.Code {
    /// The remote's URL names no repository on a forge.
    package static let forgeRemote = Failure.Code("forge.remote")
    /// Nobody has said which forge runs on that host.
    package static let forgeUnknown = Failure.Code("forge.unknown")
    /// The address of the forge's interface cannot be used.
    package static let forgeAPI = Failure.Code("forge.api")
    /// The forge does not offer that.
    package static let forgeUnavailable = Failure.Code("forge.unavailable")
    /// The token or key is missing, expired, revoked or of the wrong form.
    package static let forgeAuth = Failure.Code("forge.auth")
    /// The token is good, and not good enough.
    package static let forgeForbidden = Failure.Code("forge.forbidden")
    /// Not there, or the token must not know that it is.
    package static let forgeNotFound = Failure.Code("forge.not-found")
    /// The forge understood, and will not.
    package static let forgeRefused = Failure.Code("forge.refused")
    /// Something there stands against it.
    package static let forgeConflict = Failure.Code("forge.conflict")
    /// Too many requests; `Forge.pause` says for how long.
    package static let forgeRateLimited = Failure.Code("forge.rate-limited")
    /// The repository has another name now.
    package static let forgeMoved = Failure.Code("forge.moved")
    /// The forge itself has a fault (5xx).
    package static let forgeServer = Failure.Code("forge.server")
    /// The answer is not what the forge's interface promises: a page, half a document, another shape.
    package static let forgeBadAnswer = Failure.Code("forge.bad-answer")
    package static let forgeForeignBranch = Failure.Code("forge.foreign-branch")
    package static let forgeBranchMoved = Failure.Code("forge.branch-moved")
    package static let forgeWebhookSignature = Failure.Code("forge.webhook-signature")
    package static let forgeWebhookMalformed = Failure.Code("forge.webhook-malformed")
    package static let forgeWebhookForeign = Failure.Code("forge.webhook-foreign")
}

extension Failure {
    /// What a forge does not offer.
    static func unavailable(_ what: String, on kind: ForgeKind, instead remedy: String) -> Failure {
        Failure(.forgeUnavailable, "\(kind.name) offers no way to \(what)", remedy: remedy)
    }
}
