/// What a manager says of a stack at one moment.
package struct SwarmView: Sendable, Hashable {
    package var services: [SwarmService] = []
    package var tasks: [SwarmTask] = []
    package var nodes: [SwarmNode] = []

    package init(services: [SwarmService] = [], tasks: [SwarmTask] = [], nodes: [SwarmNode] = []) {
        self.services = services
        self.tasks = tasks
        self.nodes = nodes
    }

    package func service(_ name: String) -> SwarmService? { services.first { $0.name == name } }
    package func tasks(of service: SwarmService) -> [SwarmTask] {
        tasks.filter { $0.service == service.id }.sorted {
            ($0.slot, $0.createdAt, $0.id) < ($1.slot, $1.createdAt, $1.id)
        }
    }
    package func node(_ id: String?) -> SwarmNode? { nodes.first { $0.id == id } }

    /// `web.2`; `agent.n1` for a service that runs on every node.
    package func name(of task: SwarmTask) -> String {
        let service = services.first { $0.id == task.service }?.name ?? task.service
        return task.slot > 0 ? "\(service).\(task.slot)" : "\(service).\(node(task.node)?.name ?? task.node ?? "?")"
    }

    /// `web.2 on n3 failed: task: non-zero exit (3)`; for people.
    package func spoken(_ task: SwarmTask) -> String {
        let place = task.slot > 0 ? node(task.node).map { " on \($0.name)" } ?? "" : ""
        return "\(name(of: task))\(place) \(task.spoken)"
    }

    package var missingNodes: [SwarmNode] { nodes.filter { !$0.isReady } }
}
