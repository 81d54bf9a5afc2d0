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
    /// One report of two sources about the same run. Cases of both are told once, each as the more telling source has
    /// it. A suite that one source names with its module (`AppTests.RouteTests`) and the other without is one suite
    /// and keeps the longer name. Swift Testing's console knows no suites: where `other` has Swift Testing's own
    /// record, the console's is dropped.
    package func merging(_ other: TestReport) -> TestReport {
        var ledger = TestLedger()
        let isRecorded = other.suites.contains {
            $0.framework == SwiftTestingConsole.framework && $0.name != SwiftTestingConsole.suite
        }
        let kept = suites.filter {
            !(isRecorded && $0.framework == SwiftTestingConsole.framework && $0.name == SwiftTestingConsole.suite)
        }
        for suite in kept + other.suites {
            let name = Self.longestName(of: suite, among: kept + other.suites)
            for test in suite.cases { ledger.record(test, suite: name, framework: suite.framework) }
        }
        return ledger.report
    }

    private static func longestName(of suite: Suite, among all: [Suite]) -> String {
        let same = all.filter { $0.framework == suite.framework && $0.name.hasSuffix("." + suite.name) }
        // Two modules may have a suite of one name; then the short name cannot be told apart and stays.
        let names = Set(same.map(\.name))
        return names.count == 1 ? names.first ?? suite.name : suite.name
    }
}
