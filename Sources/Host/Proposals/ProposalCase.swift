import History
import Model

/// A repair on a branch of its own, and what became of it on the forge. Kept in the history before each step.
struct ProposalCase: Codable, Sendable {
    enum State: String, Codable, Sendable {
        /// The branch is pushed; the forge was not asked yet.
        case pushed
        /// The branch is pushed, and no forge is known: somebody has to merge it.
        case waitsForMerge = "waits-for-merge"
        case open
        /// What came of its deployment is still to be told.
        case merged
        /// Deployed and told; its branch is still to go.
        case told
        /// Somebody closed it without merging; its branch is still to go.
        case closed
        /// Closed, and its branch is gone.
        case refused
        /// The forge wants no pull request of it; its branch stays.
        case notProposed = "not-proposed"
        /// Somebody else has pushed to its branch.
        case leftAlone = "left-alone"
        /// Deployed, told, and its branch is gone.
        case done
    }

    var feedback: String
    var branch: String
    var commit: Revision
    var services: [ServiceName]
    var title: String
    var text: String
    /// Better than before, and not green.
    var isDraft = false
    var state = State.pushed
    var number: Int?
    var url: String?
    /// The commit that brought it into the watched branch.
    var merge: Revision?
    var openedAt = Timestamp.now
    /// Names the change by what it does, so that it is known again under another id.
    var change: String?
    /// Another service that is to be deployed again once this is merged.
    var alsoDeploys: String?
    /// Whether the forge shows beside the commit what was found; nil: by an older version, which did not keep it.
    var isReported: Bool? = false
    /// How often the forge has refused to open it.
    var refusals: Int?
    /// A comment on its outcome is under way, or its sending had no certain end: a second one would say it twice.
    var isTelling: Bool?

    enum CodingKeys: String, CodingKey {
        case feedback, branch, commit, services, title, text, isDraft, state, number, url, merge, openedAt, change
        case alsoDeploys = "restart"
        case isReported, refusals, isTelling
    }

    var isLive: Bool { [.pushed, .waitsForMerge, .open, .merged, .told, .closed].contains(state) }
}

/// All proposals, by the id of their feedback.
struct ProposalCases: Sendable {
    private let documents: HistoryDocuments<ProposalCase>
    /// Proposals that are over are remembered so long.
    private static let kept: Duration = .seconds(180 * 86_400)

    init(history: HistoryStore) { documents = HistoryDocuments(history: history, prefix: "proposal ") }

    func all() async throws(Failure) -> [ProposalCase] {
        let oldest = Timestamp.now.advanced(by: .zero - Self.kept)
        return try await documents.wanted { $0.isLive || $0.openedAt > oldest }.sorted { $0.openedAt < $1.openedAt }
    }

    /// All that can be read; nothing is tidied up.
    func kept() async throws(Failure) -> [String: ProposalCase] { try await documents.all() }

    /// The proposal of this very change that somebody has closed without merging it.
    func refusal(of change: String) async throws(Failure) -> ProposalCase? {
        try await documents.all().values.filter { [.closed, .refused].contains($0.state) && $0.change == change }
            .max { $0.openedAt < $1.openedAt }
    }

    func keep(_ item: ProposalCase) async throws(Failure) { try await documents.keep(item, as: item.feedback) }
}
