/// Why a feedback is turned down. A failure of these codes speaks of the feedback and becomes its verdict; every other
/// one speaks of the world around it (the remote is away, the disk is full), and the feedback waits.
package enum Rejection: String, CaseIterable, Sendable {
    /// No JSON, or JSON of another shape.
    case json = "feedback.json"
    /// No patch in a known dialect, or one that contradicts itself.
    case patch = "feedback.patch"
    /// It does not say where it belongs: lines that stand for others, a snippet without an anchor.
    case anchor = "feedback.anchor"
    /// Its files belong to no service, or it is not clear to which.
    case target = "feedback.target"
    /// It touches what a repair must not.
    case refused = "feedback.refused"
    /// It does not fit the files as they are.
    case conflict = "feedback.conflict"
    /// It fits in several places.
    case ambiguous = "feedback.ambiguous"
    /// The branch for its proposal is taken.
    case branch = "feedback.branch"
    /// The remote knows who asks and does not take the commit: a protected branch, a hook, missing rights.
    case declined = "feedback.declined"
}

extension Failure {
    package init(_ rejection: Rejection, _ message: String, remedy: String? = nil, cause: String? = nil) {
        self.init(.init(rejection.rawValue), message, remedy: remedy, cause: cause)
    }

    /// True for what becomes a verdict.
    package var isRejection: Bool { Rejection(rawValue: code.rawValue) != nil }
}
