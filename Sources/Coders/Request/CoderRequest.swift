package import Diagnostics
package import Model

/// What a coder is told: one failure of one service, what was tried already, and what may be changed.
package struct CoderRequest: Sendable, Codable, Hashable {
    package var service: ServiceName
    /// Of the service, relative to the workspace; "" is the root. The report names files from there.
    package var folder: String
    /// Names the failure across attempts, cycles and restarts: budgets and stops count by it.
    package var failure: String
    package var report: FailureReport
    /// Lines around each diagnostic; those of the report where nobody knows better ones.
    package var sources: [FailureReport.SourceExcerpt]
    /// A unified diff from the revision that was well last to the one that failed.
    package var lastGoodDifference: String?
    /// Oldest first.
    package var earlier: [EarlierAttempt]
    /// Folders, relative to the workspace, below which a change may lie; the repository's root is "".
    package var allowedPaths: [String]
    /// From 1.
    package var attempt: Int

    package init(
        report: FailureReport, folder: String, failure: String? = nil,
        sources: [FailureReport.SourceExcerpt]? = nil, lastGoodDifference: String? = nil,
        earlier: [EarlierAttempt] = [],
        allowedPaths: [String], attempt: Int = 1
    ) {
        service = report.service
        self.report = report
        self.folder = folder
        self.failure = failure ?? "\(report.service):\(report.fingerprint)"
        self.sources = sources ?? report.sources
        self.lastGoodDifference = lastGoodDifference ?? report.change?.diff
        self.earlier = earlier
        self.allowedPaths = allowedPaths
        self.attempt = attempt
    }
}
