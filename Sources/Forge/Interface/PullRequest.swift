package import Model

/// A pull request (on GitLab: a merge request), as the forge has it.
package struct PullRequest: Hashable, Sendable, Codable {
    package enum State: Hashable, Sendable, Codable {
        case open
        /// Closed without a merge.
        case closed
        /// With the commit that brought it into the base; nil where the forge does not tell (Pagure), or not yet.
        case merged(Revision?)
    }

    /// As it stands in its address: GitLab's `iid`.
    package var number: Int
    /// For people.
    package var url: String
    /// Without the mark of a draft.
    package var title: String
    package var text: String
    package var branch: String
    package var base: String
    /// The branch's tip as the forge knows it. Another commit than the daemon's own is somebody else's push.
    package var head: Revision?
    package var isDraft: Bool
    package var state: State

    package init(
        number: Int, url: String, title: String, text: String = "", branch: String, base: String, head: Revision?,
        isDraft: Bool = false, state: State = .open
    ) {
        self.number = number
        self.url = url
        self.title = title
        self.text = text
        self.branch = branch
        self.base = base
        self.head = head
        self.isDraft = isDraft
        self.state = state
    }

    package var isOpen: Bool { state == .open }
    package var isMerged: Bool { if case .merged = state { true } else { false } }
}
