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
        // Written anew also when it is there: it becomes the youngest, for the pruning.
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
        guard let bytes = try Files.read(originalPath) else { return nil }
        guard let json = try? PluginJSON(parsing: bytes), let text = json["text"]?.string else {
            throw Failure(.file, "\(originalPath) is damaged")
        }
        return Payload(text: text, ending: json["ending"]?.string ?? "yaml")
    }

    /// Keeps what is there before the first deployment, in place of what was kept.
    package func keepOriginal(_ payload: Payload) throws(Failure) {
        try Files.createFolder(directory)
        let kept = PluginJSON.object(["text": .string(payload.text), "ending": .string(payload.ending)])
        try Files.replace(originalPath, with: Array(kept.text.utf8))
    }

    package func removeOriginal() throws(Failure) { try Files.removeFile(originalPath) }

    private var originalPath: String { "\(directory)/\(Self.originalName)" }

    /// Whether a first deployment would go back to something other than what was kept before it.
    ///
    /// - Parameter running: the hash of what the gateway runs; nil when it runs nothing.
    package func needsOriginal(running: String?) throws(Failure) -> Bool {
        // One that ended well, and whose state is gone since: the service was forgotten, and is new now.
        guard Files.kind(originalPath) != nil, current == nil else { return true }
        // One that was cut off before it was taken back. What it gave the gateway is not what was there before; what
        // somebody else gave it since is.
        guard let running else { return false }
        return try payload(hash: running) == nil
    }

    package static func isHash(_ text: String) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// Removes the oldest, never those that are named.
    package func prune(keeping count: Int, except hashes: Set<String>) throws(Failure) {
        let all = try Files.names(in: directory)
        // What a killed deployment was writing.
        for name in all where name.hasSuffix(".new") { try Files.removeFile("\(directory)/\(name)") }
        let names = all.filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".json")) && $0 != Self.originalName }
        let aged = names.map { (name: $0, age: Files.modified("\(directory)/\($0)")) }.sorted { $0.age > $1.age }
        for (index, file) in aged.enumerated() where index >= count {
            let hash = String(file.name.prefix { $0 != "." })
            if !hashes.contains(hash) { try Files.removeFile("\(directory)/\(file.name)") }
        }
    }
}
