import Model
import PluginKit
import PluginSupport

/// Written before containers are touched and removed when all of them are as they should be: a change that was broken off
/// leaves stopped containers behind that nobody stopped by hand.
struct ChangeJournal {
    private let path: String
    init(_ store: ReleaseStore) { path = "\(store.directory)/changing.json" }

    /// Services that were stopped by hand before the change that was broken off; nil where none was.
    var intent: Set<String>? {
        guard let bytes = try? Files.read(path), let json = try? PluginJSON(parsing: bytes) else { return nil }
        return Set(json["stopped"]?.strings ?? [])
    }

    func begin(stopped: Set<String>) throws(Failure) {
        let json: PluginJSON = ["stopped": .array(stopped.sorted().map(PluginJSON.string))]
        try Files.write(Array(json.text.utf8), to: "\(path).next")
        try Files.move("\(path).next", to: path)
    }

    /// - Parameter stopped: services that were made anew without being started; what they look like does not tell.
    func end(unstarted stopped: Set<String>) throws(Failure) {
        if stopped.isEmpty { return try Files.removeFile(path) }
        try begin(stopped: stopped)
    }
}
