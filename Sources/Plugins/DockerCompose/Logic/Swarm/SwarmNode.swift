package import PluginKit

/// A machine of a Swarm.
///
/// Source: `GET /nodes/{id}` of the engine's API.
package struct SwarmNode: Sendable, Hashable {
    package var id: String
    package var name: String
    /// `ready`, `down`, `unknown`, `disconnected`.
    package var state: String
    /// `active`, `pause`, `drain`.
    package var availability: String
    /// `leader`, `reachable`, `unreachable`; nil for a worker.
    package var manager: String?

    package init?(_ json: PluginJSON) {
        guard let id = json["ID"]?.string else { return nil }
        self.id = id
        name = json["Description"]?["Hostname"]?.string ?? String(id.prefix(12))
        state = json["Status"]?["State"]?.string ?? "unknown"
        availability = json["Spec"]?["Availability"]?.string ?? "active"
        manager = json["ManagerStatus"].flatMap { status in
            status["Leader"]?.bool == true ? "leader" : status["Reachability"]?.string
        }
    }

    package var isReady: Bool { state == "ready" }
    package var takesTasks: Bool { isReady && availability == "active" }
    package var spoken: String {
        ([state, availability] + [manager.map { "manager, \($0)" } ?? "worker"]).joined(separator: ", ")
    }
}
