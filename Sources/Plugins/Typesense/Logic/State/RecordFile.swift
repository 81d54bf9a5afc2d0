import PluginKit
import PluginSupport

/// What is too large for a checkpoint lies in the release folder, and the checkpoint names it.
package enum RecordFile {
    package static let most = 1_000_000

    /// The bytes for the host, and the file that they name.
    package static func checkpoint(
        _ record: DeploymentRecord, folder: String, most: Int = Self.most
    ) throws -> (checkpoint: [UInt8], name: String?) {
        let text = Array(record.json.text.utf8)
        guard text.count > most else { return (text, nil) }
        let name = "record-\(String(text.withUnsafeBytes { DocumentLine.digest($0) }, radix: 16)).json"
        try Files.createFolder(folder)
        try Files.replace("\(folder)/\(name)", with: text)
        return (Array(PluginJSON.object(["file": .string(name)]).text.utf8), name)
    }

    /// The file that a checkpoint names.
    package static func name(in checkpoint: [UInt8]) -> String? {
        let file = (try? PluginJSON(parsing: checkpoint))?["file"]?.string
        return file.flatMap { $0.contains("/") ? nil : $0 }
    }

    /// Removes all but the newest.
    /// - Parameter needed: stay, however old they are.
    package static func tidy(folder: String, keep: Int, needed: [String]) throws {
        let files = try Files.names(in: folder).filter { $0.hasPrefix("record-") || $0.hasPrefix(".record-") }
        let records = files.filter { $0.hasPrefix("record-") && $0.hasSuffix(".json") }
            .sorted { Files.modified("\(folder)/\($0)") > Files.modified("\(folder)/\($1)") }
        let kept = Set(records.prefix(keep)).union(needed)
        for name in files where !kept.contains(name) { try Files.remove("\(folder)/\(name)") }
    }
}
