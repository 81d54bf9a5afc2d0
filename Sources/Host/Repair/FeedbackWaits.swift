import History
import Model

/// Why a file of the inbox could not be decided, and when it is tried again.
struct FeedbackWait: Codable, Hashable, Sendable {
    var reason: String
    var until: Timestamp

    /// For people and models.
    var text: String { "waits: \(reason); tried again at \(until)" }
}

/// The files of the inbox that wait, by their names. Kept in the history, so that whoever looks from outside sees it.
struct FeedbackWaits: Sendable {
    let history: HistoryStore

    private var waits: HistoryDocuments<FeedbackWait> { HistoryDocuments(history: history, prefix: "feedback waits ") }

    func all() async throws(Failure) -> [String: FeedbackWait] { try await waits.all() }
    func wait(of file: String) async throws(Failure) -> FeedbackWait? { try await waits.document(file) }
    func keep(_ wait: FeedbackWait, of file: String) async throws(Failure) { try await waits.keep(wait, as: file) }
    func forget(_ file: String) async throws(Failure) { try await waits.forget(file) }
}
