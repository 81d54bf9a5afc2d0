/// What became of a feedback, written beside its file and into the history.
///
/// Format: `Documentation/verdict.schema.json`.
package struct Verdict: Sendable, Codable, Hashable {
    package enum Decision: String, Sendable, Codable, CaseIterable {
        case applied, proposed, rejected
        /// The repository already holds the result: a success.
        case alreadyApplied = "already-applied"
        /// It cannot be placed without an anchor; the author says where it belongs.
        case needsAnchor = "needs-anchor"
        /// A dry run that would have been published.
        case verified
        /// What was asked for without a patch is in hand.
        case accepted
        /// Its file was taken out of the inbox before it was decided.
        case withdrawn
    }

    /// Whether the id may be used again for something else: nothing was decided for good on what it named.
    package var leavesIDFree: Bool { isDryRun || decision == .withdrawn }

    /// How one hunk found its place.
    package struct Placement: Sendable, Codable, Hashable {
        package var file: String
        /// The line the patch stated and the one where it was applied, both from 1; 0: it stated none.
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

    /// A file that a rejection speaks of, as it is, so that the next try can be made against it.
    package struct Subject: Sendable, Codable, Hashable {
        package var file: String
        /// The content's SHA-256 in hexadecimal digits.
        package var sha256: String
        package var lines: Int
        package init(file: String, sha256: String, lines: Int) {
            self.file = file
            self.sha256 = sha256
            self.lines = lines
        }
    }

    package static let currentVersion = 1
    /// Of this document's shape; raised when a member changes its meaning, not when one is added.
    package var version = Self.currentVersion
    package var feedback: String
    package var decision: Decision
    /// One sentence; on rejection, with what would make it better.
    package var reason: String
    package var dialect: String?
    package var placements: [Placement] = []
    /// The service it was for; of several the first.
    package var service: ServiceName?
    /// All of them where there are several.
    package var services: [ServiceName] = []
    package var action: String?
    package var base: Revision?
    package var commit: Revision?
    package var branch: String?
    /// The files that a rejection speaks of.
    package var subjects: [Subject] = []
    /// Diagnostics by their effect: gone, new, still there.
    package var fixed: [Diagnostic] = []
    package var introduced: [Diagnostic] = []
    package var remaining: [Diagnostic] = []
    /// Tests that failed once and passed when they were run again with the same sources.
    package var flaky: [String] = []
    package var tried: [StageOutcome] = []
    /// Names what the touched files would be, however the patch was written: the same again is known by it.
    package var result: String?
    package var decidedAt: Timestamp
    /// Nothing was published, whatever came of it.
    package var isDryRun = false
    /// The same id came again: this is the answer of then.
    package var isRepeated = false

    package init(feedback: String, decision: Decision, reason: String, decidedAt: Timestamp = .now) {
        self.feedback = feedback
        self.decision = decision
        self.reason = reason
        self.decidedAt = decidedAt
    }

    enum CodingKeys: String, CodingKey {
        case version, feedback, decision, reason, dialect, placements, service, services, action, base, commit, branch
        case subjects, fixed, introduced, remaining, flaky, tried, result, decidedAt
        case isDryRun = "dryRun"
        case isRepeated = "repeated"
    }

    /// Verdicts of earlier versions of the deployer lack what came later.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        version = try values.decodeIfPresent(Int.self, forKey: .version) ?? 1
        feedback = try values.decode(String.self, forKey: .feedback)
        decision = try values.decode(Decision.self, forKey: .decision)
        reason = try values.decode(String.self, forKey: .reason)
        dialect = try values.decodeIfPresent(String.self, forKey: .dialect)
        placements = try values.decodeIfPresent([Placement].self, forKey: .placements) ?? []
        service = try values.decodeIfPresent(ServiceName.self, forKey: .service)
        services = try values.decodeIfPresent([ServiceName].self, forKey: .services) ?? []
        action = try values.decodeIfPresent(String.self, forKey: .action)
        base = try values.decodeIfPresent(Revision.self, forKey: .base)
        commit = try values.decodeIfPresent(Revision.self, forKey: .commit)
        branch = try values.decodeIfPresent(String.self, forKey: .branch)
        subjects = try values.decodeIfPresent([Subject].self, forKey: .subjects) ?? []
        fixed = try values.decodeIfPresent([Diagnostic].self, forKey: .fixed) ?? []
        introduced = try values.decodeIfPresent([Diagnostic].self, forKey: .introduced) ?? []
        remaining = try values.decodeIfPresent([Diagnostic].self, forKey: .remaining) ?? []
        result = try values.decodeIfPresent(String.self, forKey: .result)
        flaky = try values.decodeIfPresent([String].self, forKey: .flaky) ?? []
        tried = try values.decodeIfPresent([StageOutcome].self, forKey: .tried) ?? []
        decidedAt = try values.decode(Timestamp.self, forKey: .decidedAt)
        isDryRun = try values.decodeIfPresent(Bool.self, forKey: .isDryRun) ?? false
        isRepeated = try values.decodeIfPresent(Bool.self, forKey: .isRepeated) ?? false
    }
}
