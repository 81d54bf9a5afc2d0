package import Model

/// What a pull request is to be made of.
package struct Proposal: Hashable, Sendable {
    /// Pushed already.
    package var branch: String
    package var base: String
    /// The branch's tip. A pull request of the same branch that was merged with this head is the proposal's own.
    package var head: Revision
    /// See `ProposalText.title`.
    package var title: String
    /// See `ProposalText.body`; Markdown.
    package var text: String
    package var isDraft: Bool
    /// Made where the repository has none of that name.
    package var label: String?
    /// A pull request of the same branch that somebody closed is an answer: without this no other one is opened.
    package var ignoresClosed: Bool

    package init(
        branch: String, base: String, head: Revision, title: String, text: String, isDraft: Bool = false,
        label: String? = nil, ignoresClosed: Bool = false
    ) {
        self.branch = branch
        self.base = base
        self.head = head
        self.title = title
        self.text = text
        self.isDraft = isDraft
        self.label = label
        self.ignoresClosed = ignoresClosed
    }
}

/// What became of a proposal.
package struct ProposalReceipt: Hashable, Sendable {
    /// Its state says whether it is open: one that was closed or merged before is handed back as it is.
    package var pullRequest: PullRequest
    /// False where it was there already.
    package var wasOpened: Bool
    /// What could not be had beside it: the label, or a draft where the forge has none. The pull request stands all the same.
    package var shortfalls: [Failure]
    package init(pullRequest: PullRequest, wasOpened: Bool, shortfalls: [Failure] = []) {
        self.pullRequest = pullRequest
        self.wasOpened = wasOpened
        self.shortfalls = shortfalls
    }
}

/// What is to be different about a pull request; nil leaves it.
package struct PullRequestChange: Hashable, Sendable {
    package var title: String?
    package var text: String?
    /// Not on GitHub, whose REST interface cannot change it, nor on Pagure, which has no drafts.
    package var isDraft: Bool?
    package init(title: String? = nil, text: String? = nil, isDraft: Bool? = nil) {
        self.title = title
        self.text = text
        self.isDraft = isDraft
    }
}

extension PullRequestChange {
    /// The title for forges whose mark of a draft is part of it: who changes one of them says both. nil: neither changes.
    func markedTitle(
        now read: () async throws(Failure) -> PullRequest, marked: (String, Bool) -> String
    ) async throws(Failure) -> String? {
        guard title != nil || isDraft != nil else { return nil }
        var now: PullRequest?
        if title == nil || isDraft == nil { now = try await read() }
        return marked(title ?? now?.title ?? "", isDraft ?? now?.isDraft ?? false)
    }
}
