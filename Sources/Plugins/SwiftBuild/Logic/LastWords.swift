package import Diagnostics
package import Model
import PluginSupport

/// What a program that died leaves behind, as findings.
package enum LastWords {
    /// The last lines of an output, harmless to readers.
    package static func of(_ output: [UInt8], lines limit: Int = 60) -> String {
        let lines = TextScrubber.scrub(output).split(separator: "\n", omittingEmptySubsequences: false)
        // The first line of a tail may be half a line.
        return lines.suffix(limit).joined(separator: "\n")
    }

    /// The crash reports in a folder, in the order of their names; what is no report is left out.
    package static func crashes(in folder: String, paths: PathMapper) -> [CrashReport] {
        let names = (try? Files.names(in: folder)) ?? []
        return names.filter { $0.hasSuffix(".json") }.compactMap { name in
            (try? Files.read("\(folder)/\(name)", limit: 16 << 20)).flatMap { try? CrashReport(json: $0, paths: paths) }
        }
    }

    /// One finding that says what happened with the output as its detail, and one for the newest crash.
    package static func findings(
        _ message: String, output: String, crashes: [CrashReport], paths: PathMapper
    ) -> [Diagnostic] {
        var parser = SwiftOutputParser(paths: paths, stage: .health)
        var spoken: [Diagnostic] = []
        for line in output.split(separator: "\n") { spoken += parser.consume(line: line, from: .stderr) }
        spoken += parser.finish(nil)
        let fatal = spoken.last { $0.code == DiagnosticCode.crash }
        var summary = Diagnostic(.error, code: "runtime.unhealthy", message: message, stage: .health)
        if !output.isEmpty { summary.detail = "The last lines of its output:\n\(output)" }
        guard let crash = crashes.last else { return [summary] + (fatal.map { [$0] } ?? []) }
        return [summary, crash.diagnostic(message: fatal?.message, stage: .health)]
    }
}
