package import Model

/// What `host history --json` prints; see `CycleDocument` for the rules.
package struct HistoryDocument: Sendable, Codable, Hashable {
    package var schema = 1
    /// The newest first.
    package var cycles: [CycleDocument]
    /// Give it as `--before` for the next page; absent on the last one.
    package var next: Int64?

    /// - Parameter limit: what was asked for: as many cycles mean that there may be more.
    package init(_ records: [CycleRecord], limit: Int) {
        cycles = records.map(CycleDocument.init)
        next = records.count >= limit ? records.last?.id : nil
    }
}
