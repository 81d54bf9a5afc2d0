package import Diagnostics
package import Model
package import PluginKit
import PluginSupport

/// Questions about the package that a stage asks first.
package enum Package {
    /// What asking came to.
    package enum Answer {
        case description(PackageDescription)
        /// How the stage ends, everything reported.
        case result(StageResult)
    }

    /// Asks the package manager what the package consists of; executes the manifest.
    package static func describe(
        _ toolchain: Toolchain, stage: Stage, host: some StageHost, paths: PathMapper
    ) throws -> Answer {
        let tool = try ToolRun(toolchain.describe, stage: stage, host: host, paths: paths)
        if let interruption = tool.interruption(of: "swift package describe", toolchain: toolchain) {
            return .result(interruption)
        }
        if tool.end.succeeded, let description = PackageDescription(tool.end.output) {
            return .description(description)
        }
        let reason =
            tool.end.succeeded
            ? "swift package describe printed no description of a package" : "swift package describe failed"
        let findings = Findings.withError(tool.parser.diagnostics, stage: stage, otherwise: reason)
        for finding in findings { host.report(finding) }
        return .result(.failed(Findings.headline(findings) ?? reason))
    }

    /// The folder of a build's products: SwiftPM's own link to it, else what the tool says.
    ///
    /// - Throws: `Failure` with the code `swift-build.not-built` where there is no build of that configuration.
    package static func products(
        _ toolchain: Toolchain, _ configuration: Options.Configuration, stage: Stage, host: some StageHost,
        paths: PathMapper
    ) throws -> String {
        let link = toolchain.products(of: configuration)
        if Files.isFolder(link) { return link }
        let tool = try ToolRun(toolchain.showBinPath, stage: stage, host: host, paths: paths)
        let text = String(decoding: tool.end.output, as: UTF8.self)
        let last = text.split(whereSeparator: \.isNewline).last { $0.hasPrefix("/") }
        guard tool.end.succeeded, let last, Files.isFolder(String(last)) else {
            throw Failure(
                .notBuilt, "there is no \(configuration.rawValue) build in \(toolchain.scratchDirectory)",
                remedy: "Run the stage 'build' first.")
        }
        return String(last)
    }

    /// The refusal of a stage whose folder holds no package; nil when it does.
    package static func missing(in call: StageCall, stage: Stage, host: some StageHost) -> StageResult? {
        let manifest = "\(call.sourceDirectory)/Package.swift"
        if Files.kind(manifest) == .file { return nil }
        let message = "there is no Package.swift in \(call.sourceDirectory)"
        host.report(Diagnostic(.error, code: "swiftpm.manifest", message: message, stage: stage))
        return .failed(message)
    }
}
