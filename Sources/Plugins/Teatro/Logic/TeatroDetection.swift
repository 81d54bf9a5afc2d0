package import PluginKit
import PluginSupport
import SwiftBuildLogic

/// Recognises a view engine by its manifest; executes nothing and writes nothing.
package enum TeatroDetection {
    /// The product that renders.
    package static let engine = "RenderCLI"

    /// nil for a folder that is no package, or one without that product. Surer than the plugin for Swift packages, whose
    /// place this claim takes.
    package static func evidence(in folder: String) -> KindEvidence? {
        guard let general = Detection.evidence(in: folder), general.confidence >= 50,
            let manifest = try? Files.read("\(folder)/Package.swift", limit: 4 << 20), declaresEngine(manifest)
        else { return nil }
        return KindEvidence(
            kind: TeatroPlugin.kind, confidence: min(general.confidence + 4, 100),
            evidence: "\(general.evidence), with the product \(engine)")
    }

    /// Whether a manifest has `.executable(name: "RenderCLI"` or `.executableTarget(name: "RenderCLI"`, which SwiftPM makes
    /// a product of its own accord. Comments do not count, nor does the use of another package's product.
    package static func declaresEngine(_ manifest: [UInt8]) -> Bool {
        var tokens = ManifestTokens(manifest)
        var last: [ManifestTokens.Token] = []
        while let token = tokens.next() {
            last.append(token)
            if last.count > 6 { last.removeFirst() }
            guard last.count == 6, last[0] == .symbol("."), last[2] == .symbol("("), last[3] == .word("name"),
                last[4] == .symbol(":"), last[5] == .text(engine)
            else { continue }
            if last[1] == .word("executable") || last[1] == .word("executableTarget") { return true }
        }
        return false
    }
}
