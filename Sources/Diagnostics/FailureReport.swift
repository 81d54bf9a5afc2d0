package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Everything that a reader needs to mend a failed cycle of one service, as one JSON document: kept in the history,
/// served at `/api/v1/reports/<id>`, committed to the log branch, handed to a coder.
package struct FailureReport: Sendable, Hashable, Codable, Identifiable {
    /// A stretch of a source file around one or several findings.
    package struct SourceExcerpt: Sendable, Hashable, Codable {
        package var file: String
        /// Of the first of `lines`, from 1.
        package var firstLine: Int
        package var lines: [String]
        /// Line numbers that findings point at.
        package var marked: [Int]
        package init(file: String, firstLine: Int, lines: [String], marked: [Int]) {
            self.file = file
            self.firstLine = firstLine
            self.lines = lines
            self.marked = marked
        }
    }

    /// What came in between the revision that last went live and the one that failed.
    package struct Change: Sendable, Hashable, Codable {
        package var from: Revision
        package var to: Revision
        /// A unified diff, scrubbed; cut at a line end when `omitted` is not zero.
        package var diff: String
        /// Characters left out at the end.
        package var omitted: Int
        package init(from: Revision, to: Revision, diff: String, omitted: Int = 0) {
            self.from = from
            self.to = to
            self.diff = diff
            self.omitted = omitted
        }
    }

    /// The services that were to go live together with this one, and what became of each.
    package struct Group: Sendable, Hashable, Codable {
        package struct Member: Sendable, Hashable, Codable {
            package var service: ServiceName
            /// `rolled-back`, `skipped`, `failed` …
            package var outcome: String
            package var note: String?
            package init(service: ServiceName, outcome: String, note: String? = nil) {
                self.service = service
                self.outcome = outcome
                self.note = note
            }
        }
        package var name: String
        package var members: [Member]
        package init(name: String, members: [Member]) {
            self.name = name
            self.members = members
        }
    }

    /// What ended the failure: a deployment, or the return to what runs.
    package struct Resolution: Sendable, Hashable, Codable {
        package var revision: Revision
        /// That deployed it since; nil where the sources became again those of the release that runs.
        package var cycle: Int64?
        package var deployedAt: Timestamp
        package init(revision: Revision, cycle: Int64?, deployedAt: Timestamp) {
            self.revision = revision
            self.cycle = cycle
            self.deployedAt = deployedAt
        }

        /// For people and models.
        package var text: String {
            cycle.map { "deployed as \(revision.short) in cycle \($0) at \(deployedAt)" }
                ?? "the sources are again those of \(revision.short), which runs (deployed at \(deployedAt))"
        }
    }

    /// Of this document's shape; raised when a member changes its meaning, not when one is added.
    package var version = 1
    package var id: String
    package var createdAt: Timestamp
    package var cycle: Int64?
    package var service: ServiceName
    package var stage: Stage
    package var status: StageStatus
    package var summary: String
    package var revision: Revision
    /// The revision that last went live and was healthy.
    package var lastGood: Revision?
    /// argv of the command that failed, where it is known.
    package var command: [String]?
    package var termination: ToolTermination?
    /// Errors first, then warnings, each group in the order in which it was found.
    package var diagnostics: [Diagnostic]
    /// Findings beyond the builder's limit.
    package var omittedDiagnostics: Int
    /// Names the set of errors: two failures with one fingerprint are the same failure.
    package var fingerprint: String
    /// Suites with at least one failed case, and of their cases only those.
    package var failedTests: TestReport?
    package var log: LogExcerpt?
    package var sources: [SourceExcerpt]
    package var change: Change?
    /// nil where the service is released on its own.
    package var group: Group?
    /// Told whenever the report is read, and not kept with it; nil while it lasts.
    package var resolved: Resolution?

    /// UTF-8 JSON with sorted keys, indented: the document is read by people as well.
    package func json() throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self))
        } catch {
            throw Failure(
                .init("report.encode"), "the report '\(id)' cannot be written as JSON", cause: String(describing: error)
            )
        }
    }
}
