package import Model

/// Makes the report of a failed service out of what its stages answered. Pure: what it needs to read, it is given.
package struct ReportBuilder: Sendable {
    package var contextLines = 5
    package var diagnosticLimit = 200
    package var excerptCharacters = 5000
    package var changeCharacters = 20_000
    package init() {}

    /// What is known about the failure beside the outcomes.
    package struct Context: Sendable {
        package var cycle: Int64?
        package var service: ServiceName
        package var revision: Revision
        package var lastGood: Revision?
        package var command: [String]?
        package var termination: ToolTermination?
        package var log: LogExcerpt?
        /// A unified diff from `lastGood` to `revision`.
        package var change: String?
        package var createdAt: Timestamp
        package init(service: ServiceName, revision: Revision, createdAt: Timestamp = .now) {
            self.service = service
            self.revision = revision
            self.createdAt = createdAt
        }
    }

    /// - Parameter outcomes: of the service's stages in this cycle; the last that did not allow progress is reported.
    /// - Parameter source: the text of a file of the service at the failed revision (the path as diagnostics have it),
    ///   nil where there is none; asked once for each file.
    /// - Parameter mask: hides secrets; applied to every text that goes into the report.
    /// - Returns: nil when every stage went well.
    package func report(
        _ outcomes: [StageOutcome], context: Context, source: (String) -> String?,
        mask: (String) -> String = { $0 }
    ) -> FailureReport? { nil }
}
