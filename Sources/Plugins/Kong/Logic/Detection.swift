import Documents
package import PluginKit
import PluginSupport

/// Recognises a gateway's configuration by its file; executes nothing and writes nothing.
package enum Detection {
    /// nil for a folder that is none.
    package static func evidence(in folder: String) throws -> KindEvidence? {
        let names = try SourceFile.candidates(in: folder)
        guard let name = names.first else { return nil }
        let bytes = (try? Files.read("\(folder)/\(name)", limit: DeclarativeFile.limit)) ?? []
        let file = try? DeclarativeFile(name: name, bytes: bytes)
        let more = names.count > 1 ? "; beside it \(names.dropFirst().joined(separator: ", "))" : ""
        if let file, file.root == nil {
            return KindEvidence(
                kind: KongPlugin.kind, confidence: 60,
                evidence: "\(name) found, which holds nothing but comments\(more)")
        }
        if let version = file?.root?["_format_version"] {
            let spoken = version.text ?? version.spoken
            return KindEvidence(
                kind: KongPlugin.kind, confidence: SourceFile.usualNames.contains(name) ? 95 : 85,
                evidence: "\(name) found (_format_version \(spoken))\(more)")
        }
        if SourceFile.holdsFormatVersion(bytes) {
            return KindEvidence(
                kind: KongPlugin.kind, confidence: 70,
                evidence: "\(name) found, which cannot be read as it stands\(more)")
        }
        // Called as Kong's files are, and without the line that every one of them has.
        return KindEvidence(
            kind: KongPlugin.kind, confidence: 40, evidence: "\(name) found, without a _format_version\(more)")
    }
}
