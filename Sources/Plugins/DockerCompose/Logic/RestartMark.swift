import Model
import PluginSupport

/// Says that a deployment has started everything that had to be started, so that the stage `restart` which follows it need
/// not start the rest anew.
struct RestartMark {
    private let path: String
    init(_ call: StackCall) { path = "\(call.scratchDirectory)/compose/fresh" }

    func set(_ revision: String) throws(Failure) {
        if let slash = path.lastIndex(of: "/") { try Files.createFolder(String(path[..<slash])) }
        try Files.write(Array(revision.utf8), to: path)
    }
    func clear() throws(Failure) { try Files.removeFile(path) }
    func isSet(for revision: String) -> Bool {
        (try? Files.read(path)).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) } == revision
    }
}
