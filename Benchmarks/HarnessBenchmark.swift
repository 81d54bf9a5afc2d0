import Foundation
import PluginConformance
import TestSupport

/// What an author waits for: every check of the harness against one plugin, each in processes of its own.
struct HarnessBenchmark: Benchmark {
    let name = "harness"

    func run() async throws -> [Row] {
        try await ScratchDirectory.with { folder in
            let example = "\(folder)/files.so"
            try await MockPlugins.compile(MockPlugins.example, to: example, ["-O2"])
            let site = URL(fileURLWithPath: MockPlugins.example).deletingLastPathComponent().path + "/site"
            var rows = [
                try await Self.row("the C example, deployments of its site included", example, folder, source: site)
            ]
            let programs = URL(fileURLWithPath: BuiltExecutable.path("PluginWorker")).deletingLastPathComponent().path
            let libraries = try FileManager.default.contentsOfDirectory(atPath: programs).filter {
                $0.hasPrefix("lib") && $0.hasSuffix("Plugin.so")
            }
            for library in libraries.sorted() {
                let plugin = library.dropFirst(3).dropLast("Plugin.so".count)
                rows.append(
                    try await Self.row("\(plugin), without deployments", "\(programs)/\(library)", folder, source: nil))
            }
            return rows
        }
    }

    private static func row(_ what: String, _ library: String, _ folder: String, source: String?) async throws -> Row {
        var options = ConformanceOptions(
            library: library,
            programs: URL(fileURLWithPath: BuiltExecutable.path("PluginWorker")).deletingLastPathComponent().path,
            seed: 1,
            environment: ProcessInfo.processInfo.environment)
        options.temporaryDirectory = folder
        options.source = source
        var costs: [Cost] = []
        var note = ""
        for _ in 0..<3 {
            let conformance = Conformance(options)
            costs.append(
                try await Measure.all {
                    let report = try await conformance.run()
                    note = report.summary.split(separator: "\n").joined(separator: "; ")
                })
        }
        return Row(
            benchmark: "harness", what: "harness: \(what)", ours: costs.wall / 1000, unit: "s",
            note: "\(costs.note); \(note)")
    }
}
