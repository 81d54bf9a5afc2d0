/// A proposed repair, as it lies in the inbox.
package struct Feedback: Sendable, Codable, Hashable {
    package var id: String
    package var description: String
    /// The file or folder it is about, relative to the workspace or to its service; optional for a diff that says it itself.
    package var target: String?
    package var patch: String
    /// The commit the author saw.
    package var base: Revision?
    /// The service to restart once it is deployed; nil: the service the patch touches.
    package var restart: String?
    package init(
        id: String, description: String, target: String? = nil, patch: String, base: Revision? = nil,
        restart: String? = nil
    ) {
        self.id = id
        self.description = description
        self.target = target
        self.patch = patch
        self.base = base
        self.restart = restart
    }
}

/// What became of a feedback, written beside its file and into the history.
package struct Verdict: Sendable, Codable, Hashable {
    package enum Decision: String, Sendable, Codable {
        case applied, proposed, rejected
        /// The repository already holds the result: a success.
        case alreadyApplied = "already-applied"
    }
    /// How one hunk found its place.
    package struct Placement: Sendable, Codable, Hashable {
        package var file: String
        /// The line the patch stated and the one where it was applied, both from 1.
        package var statedLine: Int
        package var appliedLine: Int?
        /// `exact`, `offset`, or why it has no place.
        package var method: String
        package init(file: String, statedLine: Int, appliedLine: Int?, method: String) {
            self.file = file
            self.statedLine = statedLine
            self.appliedLine = appliedLine
            self.method = method
        }
    }
    package var feedback: String
    package var decision: Decision
    /// One sentence; on rejection, with what would make it better.
    package var reason: String
    package var dialect: String?
    package var placements: [Placement] = []
    package var service: ServiceName?
    package var base: Revision?
    package var commit: Revision?
    package var branch: String?
    /// Diagnostics by their effect: gone, new, still there.
    package var fixed: [Diagnostic] = []
    package var introduced: [Diagnostic] = []
    package var remaining: [Diagnostic] = []
    package var tried: [StageOutcome] = []
    package var decidedAt: Timestamp
    package init(feedback: String, decision: Decision, reason: String, decidedAt: Timestamp = .now) {
        self.feedback = feedback
        self.decision = decision
        self.reason = reason
        self.decidedAt = decidedAt
    }
}
