import Model

/// `host test-plugin --json`.
package struct ConformanceDocument: Codable, Sendable {
    package struct Check: Codable, Sendable {
        package var name: String
        package var required: Bool
        /// `passed`, `failed`, `warning` (advice not heeded) or `skipped`.
        package var result: String
        /// What is wrong, worth knowing, or the reason why it was skipped.
        package var findings: [String]
        package var expected: String
        package var read: String
        package var seconds: Double
    }
    package var schema = 1
    package var path: String
    package var digest: String
    package var id: String
    package var version: String
    package var kinds: [String]
    package var stages: [String]
    package var seed: UInt64
    package var passed: Bool
    package var seconds: Double
    package var checks: [Check]

    package init(_ report: ConformanceReport) {
        path = report.plugin.path
        digest = report.plugin.digest
        id = report.plugin.id
        version = report.plugin.version
        kinds = report.plugin.kinds
        stages = report.plugin.stages.map(\.rawValue)
        seed = report.seed
        passed = report.isPassed
        seconds = report.duration / .seconds(1)
        checks = report.results.map { result in
            Check(
                name: result.name, required: result.isRequired, result: result.word, findings: result.findings,
                expected: result.expects, read: result.reading, seconds: result.duration / .seconds(1))
        }
    }
}
