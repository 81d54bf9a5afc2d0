package import Model

/// Who made a commit, and when.
package struct Identity: Hashable, Sendable {
    package var name: String
    package var email: String
    package init(name: String, email: String) {
        self.name = name
        self.email = email
    }
}

package struct Signature: Hashable, Sendable {
    package var identity: Identity
    /// Commits hold whole seconds.
    package var time: Timestamp
    /// Minutes east of UTC, as git shows the time to people.
    package var offset: Int
    package init(_ identity: Identity, time: Timestamp = .now, offset: Int = 0) {
        self.identity = identity
        self.time = time
        self.offset = offset
    }
}

/// A commit to be written.
package struct CommitDraft: Hashable, Sendable {
    package var tree: ObjectID
    package var parents: [Revision]
    package var message: String
    package var author: Signature
    package var committer: Signature
    package init(
        tree: ObjectID, parents: [Revision], message: String, author: Signature, committer: Signature? = nil
    ) {
        self.tree = tree
        self.parents = parents
        self.message = message
        self.author = author
        self.committer = committer ?? author
    }
}

/// A commit as it was read.
package struct CommitInfo: Hashable, Sendable {
    package var id: Revision
    package var tree: ObjectID
    package var parents: [Revision]
    package var message: String
    package var author: Signature
    package var committer: Signature
    /// The first line of the message.
    package var summary: String {
        String(message.drop { $0 == "\n" }.prefix { $0 != "\n" })
    }
}
