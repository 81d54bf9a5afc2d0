import History
import Model

/// When coders were asked, whatever for; kept in the history, so that neither a restart nor a run each minute (`--once`) begins a
/// new hour.
struct CoderAttempts: Sendable {
    private let documents: HistoryDocuments<Timestamp>
    private static let hour: Duration = .seconds(3600)

    init(history: HistoryStore) { documents = HistoryDocuments(history: history, prefix: "coder asked ") }

    /// Those of the last sixty minutes; older ones are forgotten.
    func recent() async throws(Failure) -> [Timestamp] {
        let hourAgo = Timestamp.now.advanced(by: .zero - Self.hour)
        return try await documents.wanted { $0 > hourAgo }
    }

    /// To be called before a coder is asked: a kill must not make an attempt that nobody knows of.
    func add() async throws(Failure) {
        let now = Timestamp.now
        try await documents.keep(now, as: "\(now.microseconds)-\(UInt32.random(in: 0...(.max)))")
    }
}
