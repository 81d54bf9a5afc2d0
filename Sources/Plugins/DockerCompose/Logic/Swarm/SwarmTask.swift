package import PluginKit

/// One task of a service: a container on a node, or the wish for one.
///
/// Source: `GET /tasks/{id}` of the engine's API.
package struct SwarmTask: Sendable, Hashable {
    package var id: String
    package var service: String
    /// 0 for a service that runs on every node.
    package var slot: Int
    /// nil: it has none yet.
    package var node: String?
    /// `new`, `pending`, `assigned`, `accepted`, `preparing`, `ready`, `starting`, `running`, `complete`, `shutdown`, `failed`,
    /// `rejected`, `remove`, `orphaned`.
    package var state: String
    /// What the Swarm wants of it: `running`, `shutdown`, `remove` …
    package var desired: String
    package var error: String
    package var exitCode: Int
    package var createdAt: String
    package var image: String
    package var template: SwarmTemplate

    package init?(_ json: PluginJSON) {
        guard let id = json["ID"]?.string, let service = json["ServiceID"]?.string else { return nil }
        self.id = id
        self.service = service
        slot = json["Slot"]?.integer ?? 0
        node = json["NodeID"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        let status = json["Status"] ?? [:]
        state = status["State"]?.string ?? "new"
        desired = json["DesiredState"]?.string ?? ""
        error = status["Err"]?.string ?? ""
        exitCode = status["ContainerStatus"]?["ExitCode"]?.integer ?? 0
        createdAt = json["CreatedAt"]?.string ?? ""
        image = json["Spec"]?["ContainerSpec"]?["Image"]?.string ?? ""
        template = SwarmTemplate(json["Spec"] ?? [:])
    }

    /// Whether the Swarm still wants it.
    package var isWanted: Bool { desired == "running" || desired == "ready" || desired == "complete" }

    /// Whether it came to an end that nobody asked for.
    package func hasFailed(finishing: Bool) -> Bool {
        switch state {
        case "failed", "rejected": true
        case "complete": !finishing
        default: false
        }
    }

    /// `failed: task: non-zero exit (3)`; for people.
    package var spoken: String {
        if state == "complete", error.isEmpty { return "exited with code \(exitCode)" }
        return error.isEmpty ? state : "\(state): \(error)"
    }
}
