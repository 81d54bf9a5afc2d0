package import Model

/// How far the daemon has come with a feedback. Each phase is written before the act it names.
package enum FeedbackPhase: Sendable, Hashable {
    /// The file was seen and read.
    case received
    /// Every hunk has its place.
    case located
    /// Building and testing in the verification worktree is about to begin.
    case trying
    /// The commit exists in the local repository; a push of it is about to begin.
    case committed(Revision)
    /// The remote has the commit.
    case pushed
    /// The verdict is kept; the file is about to be moved.
    case decided
    /// The file and its verdict lie where they belong: nothing is left to do.
    case done

    package var name: String {
        switch self {
        case .received: "received"
        case .located: "located"
        case .trying: "trying"
        case .committed: "committed"
        case .pushed: "pushed"
        case .decided: "decided"
        case .done: "done"
        }
    }

    init?(name: String, commit: Revision?) {
        switch (name, commit) {
        case ("received", _): self = .received
        case ("located", _): self = .located
        case ("trying", _): self = .trying
        case ("committed", let commit?): self = .committed(commit)
        case ("pushed", _): self = .pushed
        case ("decided", _): self = .decided
        case ("done", _): self = .done
        default: return nil
        }
    }
}

/// A feedback as the journal knows it: enough to finish or to undo it after a kill -9.
package struct FeedbackEntry: Sendable, Hashable {
    package var id: String
    /// The file in the inbox, as it was reported.
    package var file: String
    package var digest: String
    package var receivedAt: Timestamp
    /// The last phase that was written.
    package var phase: FeedbackPhase
    package var phaseAt: Timestamp
    package var detail: String?
    /// The commit of the `committed` phase, once there was one.
    package var commit: Revision?

    package init(
        id: String, file: String, digest: String, receivedAt: Timestamp, phase: FeedbackPhase, phaseAt: Timestamp,
        detail: String? = nil, commit: Revision? = nil
    ) {
        self.id = id
        self.file = file
        self.digest = digest
        self.receivedAt = receivedAt
        self.phase = phase
        self.phaseAt = phaseAt
        self.detail = detail
        self.commit = commit
    }
}

/// What the journal answers when a feedback comes in.
package struct FeedbackReceipt: Sendable, Hashable {
    package var entry: FeedbackEntry
    /// The same id and content was open already: go on from `entry.phase` instead of beginning anew.
    package var isResumed: Bool
    /// The last finished feedback with the same id or the same content: it may have been applied already.
    package var previous: FeedbackEntry?

    package init(entry: FeedbackEntry, isResumed: Bool, previous: FeedbackEntry?) {
        self.entry = entry
        self.isResumed = isResumed
        self.previous = previous
    }
}
