import Coders
import History
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What was spent on coders, kept in the history.
struct HistoryCoderLedger: CoderLedger {
    let history: HistoryStore
    private static let prefix = "coder spent "
    /// Entries of failures that nobody works on any more are of no use.
    private static let kept: Duration = .seconds(30 * 86_400)

    func write(_ entry: CoderLedgerEntry) async throws(Failure) {
        guard let data = try? JSONEncoder().encode(entry) else { return }
        try await history.setValue(String(decoding: data, as: UTF8.self), for: Self.prefix + entry.id)
    }

    func remove(_ id: String) async throws(Failure) { try await history.setValue(nil, for: Self.prefix + id) }

    func entries(since time: Timestamp) async throws(Failure) -> [CoderLedgerEntry] {
        try await all().filter { $0.at >= time }
    }

    func entries(of failure: String) async throws(Failure) -> [CoderLedgerEntry] {
        try await all().filter { $0.failure == failure }
    }

    private func all() async throws(Failure) -> [CoderLedgerEntry] {
        let oldest = Timestamp.now.advanced(by: .zero - Self.kept)
        var entries: [CoderLedgerEntry] = []
        for (key, text) in try await history.values(under: Self.prefix) {
            guard let entry = try? JSONDecoder().decode(CoderLedgerEntry.self, from: Data(text.utf8)),
                entry.at >= oldest
            else {
                try await history.setValue(nil, for: key)
                continue
            }
            entries.append(entry)
        }
        return entries
    }
}
