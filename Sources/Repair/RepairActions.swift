package import Model

/// Way in by which a feedback came; it decides what may be asked for.
package enum FeedbackOrigin: Hashable, Sendable {
    /// A file that somebody with a right to the machine's folder has put there.
    case folder
    /// A file of a commit, by anybody who may push.
    case commit
}

/// Does what a feedback asks for without a patch.
package protocol RepairActions: Sendable {
    /// - Returns: what happens now, in a sentence.
    ///
    /// Throws `feedback.refused` for what cannot be done.
    func take(_ action: Feedback.Action, of service: Service, feedback: String) async throws(Failure) -> String
}
