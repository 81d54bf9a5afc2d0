import Foundation
import Model
import PluginConformance
import TestSupport

/// The harness, with mock plugins to examine.
enum HarnessFixture {
    /// Compiles the mock with these macros and examines it. What hangs has a moment only.
    static func examine(
        mock macros: [String: String], filters: [String] = [],
        _ change: (inout ConformanceOptions, _ folder: String) throws -> Void = { _, _ in }
    ) async throws -> ConformanceReport {
        try await ScratchDirectory.with { folder in
            let library = "\(folder)/mock.so"
            try await MockPlugins.build(library, macros)
            return try await examine(library, in: folder, filters: filters, change)
        }
    }

    static func examine(
        _ library: String, in folder: String, filters: [String] = [],
        _ change: (inout ConformanceOptions, _ folder: String) throws -> Void = { _, _ in }
    ) async throws -> ConformanceReport {
        var options = options(library, in: folder)
        options.filters = filters
        options.patience.load = .seconds(8)
        options.patience.describe = .seconds(8)
        options.patience.deadline = .milliseconds(800)
        options.patience.grace = .milliseconds(300)
        try change(&options, folder)
        return try await Conformance(options).run()
    }

    static func options(_ library: String, in folder: String) -> ConformanceOptions {
        let worker = BuiltExecutable.path("PluginWorker")
        var options = ConformanceOptions(
            library: library, programs: URL(fileURLWithPath: worker).deletingLastPathComponent().path, seed: 7,
            environment: ProcessInfo.processInfo.environment)
        options.temporaryDirectory = folder
        return options
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    /// The sources that the C example deploys.
    static let site = "\(root)/Examples/plugins/smallest/site"
}

extension ConformanceReport {
    /// The result of a check; nil when it was not asked for.
    func result(_ name: String) -> CheckResult? { results.first { $0.name == name } }
    func findings(_ name: String) -> String { result(name)?.findings.joined(separator: "\n") ?? "(no such result)" }
    /// Everything, for a test's message.
    var text: String { results.map(\.text).joined(separator: "\n") + "\n" + summary }
}
