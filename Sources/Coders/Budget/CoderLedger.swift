package import Model

/// One request, as the ledger keeps it.
package struct CoderLedgerEntry: Sendable, Codable, Hashable, Identifiable {
    package var id: String
    package var at: Timestamp
    package var service: ServiceName
    package var failure: String
    /// Nil for a command whose tokens nobody counts.
    package var model: String?
    /// Before the answer is there, what it may take at most.
    package var usage: TokenUsage
    /// In millionths; nil where the model has no price.
    package var cost: Int?
    /// Its answer, or its failure, has come.
    package var isSettled: Bool

    package init(
        id: String, at: Timestamp, service: ServiceName, failure: String, model: String?, usage: TokenUsage, cost: Int?,
        isSettled: Bool = false
    ) {
        self.id = id
        self.at = at
        self.service = service
        self.failure = failure
        self.model = model
        self.usage = usage
        self.cost = cost
        self.isSettled = isSettled
    }
}

/// Remembers what was spent, before it is: a kill between a request and its answer leaves an entry with what it may have
/// taken at most.
package protocol CoderLedger: Sendable {
    /// Writes a new entry, or another state of the one with that id.
    func write(_ entry: CoderLedgerEntry) async throws(Failure)
    /// Of a request that was never sent.
    func remove(_ id: String) async throws(Failure)
    /// Of all services, from that moment on.
    func entries(since: Timestamp) async throws(Failure) -> [CoderLedgerEntry]
    func entries(of failure: String) async throws(Failure) -> [CoderLedgerEntry]
}

/// A ledger that ends with the process; for tests and for trials without a workspace.
package actor MemoryCoderLedger: CoderLedger {
    package private(set) var entries: [CoderLedgerEntry] = []
    package init() {}

    package func write(_ entry: CoderLedgerEntry) {
        entries.removeAll { $0.id == entry.id }
        entries.append(entry)
    }
    package func remove(_ id: String) { entries.removeAll { $0.id == id } }
    package func entries(since: Timestamp) -> [CoderLedgerEntry] { entries.filter { $0.at >= since } }
    package func entries(of failure: String) -> [CoderLedgerEntry] { entries.filter { $0.failure == failure } }
}
