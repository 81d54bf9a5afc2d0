package import Model

/// What came of a run of the harness.
package struct ConformanceReport: Sendable {
    /// The library as it was given, and what it says of itself; id, version and kinds are empty where it could not.
    package var plugin: PluginInfo
    package var seed: UInt64
    package var results: [CheckResult] = []
    package var duration: Duration = .zero

    package func count(_ word: String) -> Int { results.count { $0.word == word } }
    /// True when no required check failed.
    package var isPassed: Bool { !results.contains(where: \.isFailure) }
    /// The names of the required checks that failed, and of the advice that was not heeded.
    package var failures: [String] { results.filter(\.isFailure).map(\.name) }
    package var warnings: [String] { results.filter(\.isWarning).map(\.name) }
}
