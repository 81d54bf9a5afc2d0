import Foundation
package import Model
package import PluginConformance
import TestSupport

/// The harness on a plugin that comes with the deployer: what `host test-plugin` does with `--source`, `--change`, `--state`,
/// `--options` and `--live`.
package struct HarnessExample: Sendable {
    /// The plugin's library, as the build names it.
    package var library: String
    /// Each file's content by its path.
    package var source: [String: String]
    /// What a later commit has over or beside that.
    package var change: [String: String] = [:]
    package var options: [String: JSONValue] = [:]
    /// A checkpoint that the first version of the plugin wrote.
    package var state: String
    /// Beside the test's own.
    package var environment: [String: String] = [:]
    package var live: (@Sendable () async throws -> String)?
    /// Checks that cannot apply, with a part of the reason that the harness gives.
    package var skips: [String: String] = [:]

    package init(library: String, source: [String: String], state: String) {
        self.library = library
        self.source = source
        self.state = state
    }

    /// Why the plugin cannot be examined here; nil where it can.
    package static func absence(of library: String) -> String? {
        let missing = [library, "PluginWorker", "PluginProbe", "ServiceSupervisor"].filter {
            !FileManager.default.isReadableFile(atPath: BuiltExecutable.path($0))
        }
        return missing.isEmpty ? nil : "not built: \(missing.joined(separator: ", "))"
    }

    package func examine(filters: [String] = []) async throws -> ConformanceReport {
        try await ScratchDirectory.with { folder in
            try Self.write(source, to: "\(folder)/example")
            try Data(state.utf8).write(to: URL(fileURLWithPath: "\(folder)/state"))
            var asked = ConformanceOptions(
                library: BuiltExecutable.path(library),
                programs: URL(fileURLWithPath: BuiltExecutable.path("PluginWorker")).deletingLastPathComponent().path,
                seed: 4711,
                environment: ProcessInfo.processInfo.environment.merging(environment) { $1 })
            asked.filters = filters
            asked.source = "\(folder)/example"
            asked.state = "\(folder)/state"
            asked.options = .object(options)
            asked.live = live
            asked.temporaryDirectory = folder
            if !change.isEmpty {
                try Self.write(change, to: "\(folder)/change")
                asked.change = "\(folder)/change"
            }
            return try await Conformance(asked).run()
        }
    }

    /// What is wrong with the report: everything that is not passed, or skipped for the reason that is known; empty when it
    /// is as it should be.
    package func complaints(_ report: ConformanceReport) -> [String] {
        var complaints = report.results.filter { $0.word == "failed" || $0.word == "warning" }.map(\.text)
        for result in report.results where result.isSkipped {
            let reason = result.findings.joined()
            if skips[result.name].map({ reason.contains($0) }) != true { complaints.append(result.text) }
        }
        for name in skips.keys.sorted() where report.results.first(where: { $0.name == name })?.isSkipped != true {
            complaints.append("\(name) is said to be skipped and was not")
        }
        if report.results.map(\.name) != Conformance.names { complaints.append("not every check was made") }
        if let rollback = report.results.first(where: { $0.name == "rollback.state" }), !rollback.findings.isEmpty {
            complaints.append("the change of the example is not seen: \(rollback.text)")
        }
        return complaints
    }

    /// The outcome in a line, and what took longest.
    package static func summary(_ report: ConformanceReport) -> String {
        let slow = report.results.filter { $0.duration > .seconds(2) }.sorted { $0.duration > $1.duration }
        let times = slow.map {
            "\($0.name) \(Int($0.duration / .seconds(1))) s" + ($0.findings.first.map { " (\($0))" } ?? "")
        }
        return ([report.summary] + times).joined(separator: "\n    ")
    }

    private static func write(_ files: [String: String], to folder: String) throws {
        for (path, content) in files {
            let file = URL(fileURLWithPath: "\(folder)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: file)
        }
    }
}
