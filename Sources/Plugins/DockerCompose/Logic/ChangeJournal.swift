import Model
import PluginKit
import PluginSupport

/// Written before containers are touched, and when all of them are as they should be: a change that was broken off leaves
/// stopped containers behind that nobody stopped by hand, and one that ended well those that it has made and not started.
struct ChangeJournal {
    private let path: String
    init(_ store: ReleaseStore) { path = "\(store.directory)/changing.json" }

    private var json: PluginJSON? {
        (try? Files.read(path)).flatMap { $0 }.flatMap { try? PluginJSON(parsing: $0) }
    }

    /// Services that were stopped by hand before the change that was broken off; nil where none was.
    var intent: Set<String>? { json?["stopped"]?.strings.map(Set.init) }

    /// Containers that were made in the place of stopped ones, and not started; by id, so that nothing outlives them.
    var unstarted: Set<String> { Set(json?["unstarted"]?.strings ?? []) }

    func begin(stopped: Set<String>) throws(Failure) { try write("stopped", stopped) }

    /// - Parameter unstarted: ids of containers that were made anew without being started; what they look like does not tell.
    func end(unstarted: Set<String>) throws(Failure) {
        if unstarted.isEmpty { return try Files.removeFile(path) }
        try write("unstarted", unstarted)
    }

    private func write(_ key: String, _ names: Set<String>) throws(Failure) {
        let json: PluginJSON = .object([key: .array(names.sorted().map(PluginJSON.string))])
        try Files.write(Array(json.text.utf8), to: "\(path).next")
        try Files.move("\(path).next", to: path)
    }
}
