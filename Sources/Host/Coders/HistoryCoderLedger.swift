import Coders
import History
import Model

/// What was spent on coders, kept in the history.
struct HistoryCoderLedger: CoderLedger {
    private let documents: HistoryDocuments<CoderLedgerEntry>
    /// Entries of failures that nobody works on any more are of no use.
    private static let kept: Duration = .seconds(30 * 86_400)

    init(history: HistoryStore) { documents = HistoryDocuments(history: history, prefix: "coder spent ") }

    func write(_ entry: CoderLedgerEntry) async throws(Failure) { try await documents.keep(entry, as: entry.id) }

    func remove(_ id: String) async throws(Failure) { try await documents.forget(id) }

    func entries(since time: Timestamp) async throws(Failure) -> [CoderLedgerEntry] {
        try await all().filter { $0.at >= time }
    }

    func entries(of failure: String) async throws(Failure) -> [CoderLedgerEntry] {
        try await all().filter { $0.failure == failure }
    }

    /// For whoever only reads: nothing is cleaned away.
    func spent(on failure: String) async throws(Failure) -> [CoderLedgerEntry] {
        try await documents.all().values.filter { $0.failure == failure }
    }

    private func all() async throws(Failure) -> [CoderLedgerEntry] {
        let oldest = Timestamp.now.advanced(by: .zero - Self.kept)
        return try await documents.wanted { $0.at >= oldest }
    }
}
