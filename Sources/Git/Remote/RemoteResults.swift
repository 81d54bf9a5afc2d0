package import Model

/// What a remote has: the answer to `ls-remote`.
package struct RemoteListing: Sendable, Hashable {
    package struct Reference: Sendable, Hashable {
        /// Full: `refs/heads/main`, `HEAD`.
        package var name: String
        package var target: ObjectID
        package init(name: String, target: ObjectID) {
            self.name = name
            self.target = target
        }
    }
    package var references: [Reference]
    /// The branch that `HEAD` names, where the remote says it: `refs/heads/main`.
    package var defaultBranch: String?
    /// A repository without a single commit: a state, not an error.
    package var isEmpty: Bool { references.isEmpty }
    package init(references: [Reference], defaultBranch: String? = nil) {
        self.references = references
        self.defaultBranch = defaultBranch
    }
    package subscript(_ name: String) -> ObjectID? { references.first { $0.name == name }?.target }
}

/// How far a transfer is. Fetches count `objects` as received, pushes as sent.
package struct RemoteProgress: Sendable, Hashable {
    package var objects: Int
    package var totalObjects: Int
    package var bytes: Int
    package init(objects: Int, totalObjects: Int, bytes: Int) {
        self.objects = objects
        self.totalObjects = totalObjects
        self.bytes = bytes
    }
}

/// A local reference that a fetch moved: nil as `old` when it is new, nil as `new` when it was pruned.
package struct ReferenceUpdate: Sendable, Hashable {
    package var name: String
    package var old: ObjectID?
    package var new: ObjectID?
    package init(name: String, old: ObjectID?, new: ObjectID?) {
        self.name = name
        self.old = old
        self.new = new
    }
}

package struct FetchResult: Sendable, Hashable {
    package var updates: [ReferenceUpdate]
    package var receivedObjects: Int
    package var receivedBytes: Int
    /// The remote advertised no reference at all.
    package var remoteIsEmpty: Bool
}

package struct CloneResult: Sendable, Hashable {
    /// The branch that the clone's `HEAD` names: `refs/heads/main`; it does not exist yet when the remote is empty.
    package var headBranch: String?
    package var isEmpty: Bool
    package var receivedObjects: Int
    package var receivedBytes: Int
}

/// One reference to be pushed.
package struct PushUpdate: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// A local reference by its full name.
        case reference(String)
        /// A commit of the local repository that needs no reference there.
        case commit(ObjectID)
        /// Delete the destination.
        case nothing
    }
    package enum Expectation: Sendable, Hashable {
        /// Whatever the remote has; a non-forced update must still be a fast-forward.
        case anything
        /// The destination does not exist yet.
        case absent
        /// The destination is at this commit (`--force-with-lease=<ref>:<commit>`).
        case commit(ObjectID)
    }
    package var source: Source
    /// Full name at the remote: `refs/heads/main`.
    package var destination: String
    package var isForced: Bool
    package var expected: Expectation
    package init(
        _ source: Source, to destination: String, isForced: Bool = false, expected: Expectation = .anything
    ) {
        self.source = source
        self.destination = destination
        self.isForced = isForced
        self.expected = expected
    }
}

/// The remote's answer, reference by reference. `RemoteClient.push` throws unless all were accepted.
package struct PushResult: Sendable, Hashable {
    package struct Answer: Sendable, Hashable {
        package var destination: String
        /// The remote's words for its refusal; nil when it accepted.
        package var refusal: String?
    }
    package var answers: [Answer]
    /// What the remote printed besides (hooks, hints), line by line, secrets masked.
    package var remoteLines: [String]
}
