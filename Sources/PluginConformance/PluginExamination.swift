import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `host test-plugin` says of a plugin, for the tests of the plugin's own package.
public struct PluginExamination: Sendable {
    /// One check that was made.
    public struct Check: Sendable, Hashable {
        public let name: String
        public let isRequired: Bool
        /// `passed`, `failed`, `warning` (advice that was not heeded) or `skipped`.
        public let result: String
        /// What is wrong, worth knowing, or the reason why it was skipped.
        public let findings: [String]
    }

    public let checks: [Check]
    /// True when no required check failed.
    public let isPassed: Bool
    /// For people: what the command prints.
    public let text: String

    /// Examines a library; takes some seconds, and as long as the example's deployments take.
    ///
    /// - Parameters:
    ///   - library: absolute path of the plugin's .so.
    ///   - programs: absolute path of the folder with the host's programs, `PREFIX/lib/codex-deployer/bin`.
    ///   - source: absolute path of an example of the kind; nil skips the checks that deploy.
    ///   - options: the example's options, as a JSON object.
    ///   - state: absolute path of a checkpoint that an older version of the plugin wrote.
    ///   - change: absolute path of a folder whose files a later commit of the example has; nil: one more file.
    ///   - live: shows what is live of the example, as lines; for kinds that deploy elsewhere than to the release folder.
    ///   - filters: only checks whose names contain one of these.
    ///   - seed: repeats what was random; nil takes another each time.
    /// - Throws: an error whose text says what is wrong with the call.
    public init(
        library: String, programs: String, source: String? = nil, options: String? = nil, state: String? = nil,
        change: String? = nil, live: (@Sendable () async throws -> String)? = nil, filters: [String] = [],
        seed: UInt64? = nil
    ) async throws {
        var asked = ConformanceOptions(
            library: library, programs: programs, environment: ProcessInfo.processInfo.environment)
        asked.source = source
        asked.state = state
        asked.change = change
        asked.live = live
        asked.filters = filters
        if let seed { asked.seed = seed }
        if let options { asked.options = try JSONDecoder().decode(JSONValue.self, from: Data(options.utf8)) }
        let report = try await Conformance(asked).run()
        checks = report.results.map {
            Check(name: $0.name, isRequired: $0.isRequired, result: $0.word, findings: $0.findings)
        }
        isPassed = report.isPassed
        text = (report.results.map(\.text) + ["", report.summary]).joined(separator: "\n")
    }
}
