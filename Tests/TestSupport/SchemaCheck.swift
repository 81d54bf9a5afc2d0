import Foundation

/// Documents held against a JSON Schema by Python's jsonschema, a validator that is not ours.
package enum SchemaCheck {
    /// The official schema of SARIF 2.1.0; nil where it is not installed.
    package static let sarif = installed("sarif-schema")
    private static let python = installed("path")

    /// Why nothing can be checked here; nil where it can.
    package static let absence: String? =
        python == nil ? "needs Python's jsonschema: engines/mcp-client install" : nil
    package static let sarifAbsence: String? =
        absence ?? (sarif == nil ? "needs the schema of SARIF: engines/mcp-client install" : nil)

    /// One of the schemas in Documentation/.
    package static func ours(_ name: String) -> String { "\(root)/Documentation/\(name).schema.json" }

    /// What is wrong with the documents, one line each: `number: /place: message`.
    /// - Parameter documents: JSON, each without a line end in it.
    package static func problems(_ documents: [String], schema: String) throws -> [String] {
        guard let python else { throw PeerError("jsonschema is not installed") }
        let file = "\(NSTemporaryDirectory())deployer-documents-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try (documents.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let result = try PeerCommand.run(
            [python, "\(root)/Tests/AgentClient/validate.py", schema, file], isQuiet: false)
        guard result.status == 0 else { throw PeerError("the validator ended with \(result.status): \(result.text)") }
        return result.text.split(separator: "\n").map(String.init)
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static func installed(_ what: String) -> String? {
        guard let result = try? PeerCommand.run(["\(root)/engines/mcp-client", what]), result.status == 0 else {
            return nil
        }
        return result.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
