package import Model
import PluginKit
import PluginSupport

/// The configurations that were deployed, by their hash, in the service's release folder.
package struct ReleaseStore: Sendable {
    package var directory: String
    package init(directory: String) { self.directory = directory }

    private static let currentName = "current"
    private static let originalName = "original.json"

    private func path(_ payload: Payload) -> String { "\(directory)/\(payload.hash).\(payload.ending)" }

    /// Keeps a configuration, safe on the disk before the gateway hears of it.
    package func keep(_ payload: Payload) throws(Failure) {
        try Files.createFolder(directory)
        try Files.replace(path(payload), with: Array(payload.text.utf8))
    }

    /// nil when it is not, or no longer, there.
    package func payload(hash: String) throws(Failure) -> Payload? {
        for ending in ["yaml", "json"] {
            if let bytes = try Files.read("\(directory)/\(hash).\(ending)") {
                return Payload(text: String(decoding: bytes, as: UTF8.self), ending: ending)
            }
        }
        return nil
    }

    /// Hash of what was made live last.
    package var current: String? {
        guard let bytes = try? Files.read("\(directory)/\(Self.currentName)") else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    package func setCurrent(_ hash: String?) throws(Failure) {
        guard let hash else { return try Files.removeFile("\(directory)/\(Self.currentName)") }
        try Files.replace("\(directory)/\(Self.currentName)", with: Array(hash.utf8))
    }

    /// What was there before the first deployment of all; nil when nothing was begun.
    package func original() throws(Failure) -> Payload? {
        guard let bytes = try Files.read("\(directory)/\(Self.originalName)") else { return nil }
        guard let json = try? PluginJSON(parsing: bytes), let text = json["text"]?.string else {
            throw Failure(.file, "\(directory)/\(Self.originalName) is damaged")
        }
        return Payload(text: text, ending: json["ending"]?.string ?? "yaml")
    }

    /// Keeps what is there before the first deployment; what is kept already stays.
    package func keepOriginal(_ payload: @autoclosure () -> Payload) throws(Failure) {
        let path = "\(directory)/\(Self.originalName)"
        guard Files.kind(path) == nil else { return }
        try Files.createFolder(directory)
        let payload = payload()
        let kept = PluginJSON.object(["text": .string(payload.text), "ending": .string(payload.ending)])
        try Files.replace(path, with: Array(kept.text.utf8))
    }

    package var hasOriginal: Bool { Files.kind("\(directory)/\(Self.originalName)") != nil }

    /// Removes the oldest, never those that are named.
    package func prune(keeping count: Int, except hashes: Set<String>) throws(Failure) {
        let names = try Files.names(in: directory).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".json") }
            .filter { $0 != Self.originalName }
        let aged = names.map { (name: $0, age: Files.modified("\(directory)/\($0)")) }.sorted { $0.age > $1.age }
        for (index, file) in aged.enumerated() where index >= count {
            let hash = String(file.name.prefix { $0 != "." })
            if !hashes.contains(hash) { try Files.removeFile("\(directory)/\(file.name)") }
        }
    }
}
