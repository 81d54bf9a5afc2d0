package import Model

/// The JSON documents of `--json` have camelCase keys that are only ever added to, times as RFC 3339 in UTC, durations
/// as seconds, and leave out what is not known; each begins with `schema: 1`.
///
/// A cycle, as `host show --json` prints it and `host history --json` lists it (there without diagnostics, tests and
/// outputs).
package struct CycleDocument: Sendable, Codable, Hashable {
    package struct ServiceEntry: Sendable, Codable, Hashable {
        package var service: String
        /// `deployed`, `failed`, `rolled-back`, `skipped`, `superseded`, `interrupted`, `running`.
        package var outcome: String
        package var reasons: [String]
        package var stages: [StageEntry]
        /// Why it ended so, where its own stages don't say it: another member of its group failed.
        package var note: String?
    }
    package struct StageEntry: Sendable, Codable, Hashable {
        package var stage: String
        /// The ABI's statuses: `ok`, `no-change`, `failed`, `timed-out` …
        package var status: String
        package var summary: String
        package var startedAt: String
        package var durationSeconds: Double
        /// The part that the plugin and its children took.
        package var stageSeconds: Double
        package var retryAfterSeconds: Double?
        package var diagnostics: [DiagnosticEntry]?
        package var tests: TestEntry?
        package var outputs: [String: String]?
    }
    package struct DiagnosticEntry: Sendable, Codable, Hashable {
        package var severity: String
        package var code: String
        package var group: String?
        package var message: String
        package var detail: String?
        package var file: String?
        package var line: Int?
        package var column: Int?
        package var notes: [String]?
    }
    package struct TestEntry: Sendable, Codable, Hashable {
        package struct FailureEntry: Sendable, Codable, Hashable {
            package var suite: String
            package var test: String
            package var message: String
            package var file: String?
            package var line: Int?
        }
        package var passed: Int
        package var failed: Int
        package var skipped: Int
        package var failures: [FailureEntry]
    }

    package var schema = 1
    package var id: Int64
    package var revision: String
    package var previousRevision: String?
    package var startedAt: String
    package var endedAt: String?
    package var durationSeconds: Double?
    /// `running`, `succeeded`, `failed`, `superseded`, `interrupted`.
    package var outcome: String
    /// The build log, relative to the workspace.
    package var log: String
    package var services: [ServiceEntry]

    package init(_ record: CycleRecord) {
        id = record.id
        revision = record.revision.hex
        previousRevision = record.previousRevision?.hex
        startedAt = record.startedAt.description
        endedAt = record.endedAt?.description
        durationSeconds = record.endedAt.map { ($0 - record.startedAt).inSeconds }
        outcome = record.outcome.rawValue
        log = record.log
        services = record.services.map { result in
            ServiceEntry(
                service: result.service.text, outcome: result.outcome.rawValue, reasons: result.reasons.map(\.text),
                stages: result.stages.map(StageEntry.init), note: result.note)
        }
    }
}

extension CycleDocument.StageEntry {
    package init(_ outcome: StageOutcome) {
        stage = outcome.stage.rawValue
        status = outcome.status.rawValue
        summary = outcome.summary
        startedAt = outcome.startedAt.description
        durationSeconds = outcome.duration.duration.inSeconds
        stageSeconds = outcome.stageTime.duration.inSeconds
        retryAfterSeconds = outcome.retryAfter?.duration.inSeconds
        diagnostics =
            outcome.diagnostics.isEmpty ? nil : outcome.diagnostics.map(CycleDocument.DiagnosticEntry.init)
        tests = outcome.tests.map(CycleDocument.TestEntry.init)
        outputs = outcome.outputs.isEmpty ? nil : outcome.outputs
    }
}

extension CycleDocument.DiagnosticEntry {
    package init(_ diagnostic: Diagnostic) {
        severity = diagnostic.severity.rawValue
        code = diagnostic.code
        group = diagnostic.group
        message = diagnostic.message
        detail = diagnostic.detail
        file = diagnostic.location?.file
        line = diagnostic.location?.line
        column = diagnostic.location?.column
        notes =
            diagnostic.notes.isEmpty
            ? nil : diagnostic.notes.map { ($0.location.map { "\($0): " } ?? "") + $0.message }
    }
}

extension CycleDocument.TestEntry {
    package init(_ report: TestReport) {
        passed = report.count(.passed)
        failed = report.count(.failed)
        skipped = report.count(.skipped)
        failures = report.suites.flatMap { suite in
            suite.cases.filter { $0.result == .failed }.flatMap { test in
                // A case that failed without saying why is a failure all the same.
                (test.failures.isEmpty ? [TestReport.Failure(message: "failed")] : test.failures).map {
                    FailureEntry(
                        suite: suite.name, test: test.name, message: $0.message, file: $0.location?.file,
                        line: $0.location?.line)
                }
            }
        }
    }
}
