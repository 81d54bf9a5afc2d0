package import Model

/// What a forge came to say.
package enum ForgeEvent: Hashable, Sendable {
    /// A branch has another tip; nil: it was deleted.
    case pushed(branch: String, commit: Revision?)
    case opened(ProposalMark)
    /// Its branch has another tip.
    case updated(ProposalMark)
    /// With the commit that brought it into the base, where the forge tells.
    case merged(ProposalMark, commit: Revision?)
    /// Without a merge.
    case closed(ProposalMark)
    case comment(number: Int, text: String)
    /// Somebody has set the webhook up.
    case ping
    /// Something else, by the forge's own name; nothing to be done.
    case ignored(String)
}

/// The pull request that an event is about.
package struct ProposalMark: Hashable, Sendable {
    package var number: Int
    package var branch: String
    package var base: String
    package var head: Revision?
    package init(number: Int, branch: String, base: String, head: Revision? = nil) {
        self.number = number
        self.branch = branch
        self.base = base
        self.head = head
    }
}

/// A webhook's payload that was believed.
package struct WebhookDelivery: Hashable, Sendable {
    package var event: ForgeEvent
    /// `owner/name`; nil for what is about none.
    package var repository: String?
    /// Who did it.
    package var sender: String?
    /// Forges repeat deliveries: what came once under this name needs no second look.
    package var id: String?
    package init(event: ForgeEvent, repository: String?, sender: String? = nil, id: String? = nil) {
        self.event = event
        self.repository = repository
        self.sender = sender
        self.id = id
    }
}
