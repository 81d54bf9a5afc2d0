import Documents
package import PluginKit
import PluginSupport

/// Recognises a folder with a Compose file, or a Dockerfile alone; executes nothing and writes nothing.
package enum Detection {
    package static func evidence(in folder: String) -> KindEvidence? {
        let found: (confidence: Int, text: String)
        switch StackSource(in: folder) {
        case .nothing: return nil
        case .dockerfile: found = (60, "Dockerfile found")
        case .empty(let name):
            found = (60, "\(name) found, which holds nothing but comments: there is nothing to deploy")
        case .files(let names):
            let services = StackSource.tree("\(folder)/\(names[0])")?["services"]?.entries?.count
            let count = services.map { $0 == 1 ? " with 1 service" : " with \($0) services" } ?? ""
            found = (services == nil ? 70 : 95, "\(names.joined(separator: " and ")) found\(count)")
        }
        // Beside a package it serves that package's image and its end-to-end tests.
        let isCompanion = StackSource.isFile("\(folder)/Package.swift")
        return KindEvidence(
            kind: DockerComposePlugin.kind, confidence: found.confidence, evidence: found.text, isCompanion: isCompanion
        )
    }
}
