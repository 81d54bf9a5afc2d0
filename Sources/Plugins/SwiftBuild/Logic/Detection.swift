package import PluginKit
import PluginSupport

/// Recognises a Swift package by its folder; executes nothing and writes nothing.
package enum Detection {
    /// nil for a folder that is no package.
    package static func evidence(in folder: String) -> KindEvidence? {
        let manifest = "\(folder)/Package.swift"
        guard Files.kind(manifest) == .file, let bytes = try? Files.read(manifest, limit: 4 << 20) else { return nil }
        guard let version = toolsVersion(bytes) else {
            // A file of this name without the line that every manifest begins with is most likely something else.
            return KindEvidence(
                kind: SwiftBuildPlugin.kind, confidence: 40,
                evidence: "Package.swift found, without a swift-tools-version")
        }
        let sources = ["Sources", "Source", "src", "srcs"].first { Files.isFolder("\(folder)/\($0)") }
        return KindEvidence(
            kind: SwiftBuildPlugin.kind, confidence: sources == nil ? 80 : 95,
            evidence: "Package.swift found (tools version \(version))" + (sources.map { " and \($0)/" } ?? ""))
    }

    /// `6.0` of `// swift-tools-version: 6.0`, which may stand below comments and empty lines.
    package static func toolsVersion(_ manifest: [UInt8]) -> String? {
        for line in manifest.split(whereSeparator: { $0 == 10 || $0 == 13 }).prefix(50) {
            let text = String(decoding: line, as: UTF8.self).lowercased()
            guard let key = text.firstRange(of: "swift-tools-version:") else { continue }
            let version = text[key.upperBound...].drop { $0 == " " || $0 == "\t" }
                .prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            return version.isEmpty ? nil : String(version)
        }
        return nil
    }
}
