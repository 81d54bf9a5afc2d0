import Model
import PluginKit
import PluginSupport

/// Containers of somebody else that were stopped for a deployment which takes over their project: removed once that is well,
/// started again when it is taken back.
struct Takeover {
    private let path: String
    init(_ store: ReleaseStore) { path = "\(store.directory)/takeover.json" }

    private var json: PluginJSON? {
        (try? Files.read(path)).flatMap { $0 }.flatMap { try? PluginJSON(parsing: $0) }
    }

    /// Ids of all of them.
    func containers(in project: String) -> Set<String> { ids("containers", project) }
    /// Ids of those that ran.
    func stopped(in project: String) -> Set<String> { ids("stopped", project) }

    private func ids(_ key: String, _ project: String) -> Set<String> {
        guard let json, json["project"]?.string == project else { return [] }
        return Set(json[key]?.strings ?? [])
    }

    func begin(_ project: String, _ containers: [String], stopping running: [String]) throws(Failure) {
        func list(_ ids: Set<String>) -> PluginJSON { .array(ids.sorted().map(PluginJSON.string)) }
        let json: PluginJSON = [
            "project": .string(project), "containers": list(self.containers(in: project).union(containers)),
            "stopped": list(stopped(in: project).union(running)),
        ]
        try Files.write(Array(json.text.utf8), to: "\(path).next")
        try Files.move("\(path).next", to: path)
    }

    func end() throws(Failure) { try Files.removeFile(path) }
}
