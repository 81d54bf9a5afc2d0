package import Model

/// A failure report as the history keeps it: what it is looked up by, and its JSON.
package struct StoredReport: Sendable, Hashable {
    package var id: String
    package var cycle: Int64
    package var service: ServiceName
    package var createdAt: Timestamp
    /// One sentence.
    package var summary: String
    /// Empty in a list.
    package var document: String

    package init(
        id: String, cycle: Int64, service: ServiceName, createdAt: Timestamp, summary: String, document: String
    ) {
        self.id = id
        self.cycle = cycle
        self.service = service
        self.createdAt = createdAt
        self.summary = summary
        self.document = document
    }
}
