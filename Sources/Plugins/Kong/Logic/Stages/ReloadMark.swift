import Model
import PluginSupport

/// Says that a deployment has reloaded the gateway, so that the stage `restart` which follows it need not do it again.
struct ReloadMark {
    private let folder: String
    private let revision: String
    private var path: String { "\(folder)/reloaded" }

    init(_ call: StageCall) {
        folder = "\(call.scratchDirectory)/kong"
        revision = call.revision
    }

    func set() throws(Failure) {
        try Files.createFolder(folder)
        try Files.replace(path, with: Array(revision.utf8))
    }

    func clear() throws(Failure) { try Files.removeFile(path) }

    /// - Returns: whether it was set for this revision; it counts once.
    func take() throws(Failure) -> Bool {
        guard let bytes = try Files.read(path) else { return false }
        try clear()
        return String(decoding: bytes, as: UTF8.self) == revision
    }
}
