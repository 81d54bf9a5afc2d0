import Diagnostics
import Model
package import PluginKit

/// `swift build`: the products of the package, in the scratch folder.
package struct BuildStage<Host: StageHost> {
    package let call: StageCall
    package let options: Options
    package let host: Host
    package init(_ call: StageCall, _ options: Options, _ host: Host) {
        self.call = call
        self.options = options
        self.host = host
    }

    package func run() throws -> StageResult {
        if let refusal = Package.missing(in: call, stage: .build, host: host) { return refusal }
        let paths = PathMapper(sourceDirectory: call.sourceDirectory)
        let toolchain = Toolchain(options, call: call)
        let tool = try ToolRun(toolchain.build, stage: .build, host: host, paths: paths)
        // Serialized findings know fix-its and what an incremental build does not print again.
        let serialized = SerializedDiagnostics.load(
            scratchDirectory: Package.compiled(toolchain, options.configuration), paths: paths, stage: .build)
        var findings = SerializedDiagnostics.merge(text: tool.parser.diagnostics, serialized: serialized)
        findings = Findings.relevant(findings, paths: paths)
        let interruption = tool.interruption(of: "swift build", toolchain: toolchain)
        if tool.succeeded {
            // A serialized error of a build that succeeded is of a target that was not built.
            findings.removeAll(where: \.isError)
        } else if interruption == nil {
            findings = Findings.withError(findings, stage: .build, otherwise: "swift build failed without a reason")
        }
        for finding in findings { host.report(finding) }
        if let interruption { return interruption }
        guard tool.succeeded else {
            return .failed("build failed: \(Findings.headline(findings) ?? "swift build failed")")
        }
        let warnings = findings.count { $0.severity == .warning }
        return .ok("built" + (warnings == 0 ? "" : " with \(warnings) warning\(warnings == 1 ? "" : "s")"))
    }
}
