package import Model

/// The order of services that share a folder: containers before schemas, schemas before the gateway.
///
/// It is an order and nothing else: who is due is for the content to say. What a dependency of the configuration says
/// otherwise is stronger.
package enum FolderOrder {
    /// Of kinds whose plugin does not say (plugin_api.h).
    package static let usual = 50

    /// - Parameter order: of a kind, as its plugin gives it; the smaller comes first.
    /// - Returns: the services in the given order, with `after` filled in.
    package static func apply(to services: [Service], order: (String) -> Int) -> [Service] {
        var services = services
        var folders: [Folder: [Int]] = [:]
        for (index, service) in services.enumerated() {
            folders[Folder(remote: service.remote, path: service.path), default: []].append(index)
        }
        var graph = Graph(services)
        for members in folders.values.filter({ $0.count > 1 }).sorted(by: { $0[0] < $1[0] }) {
            let members = members.sorted { (order(services[$0].kind), $0) < (order(services[$1].kind), $1) }
            for later in members {
                let place = order(services[later].kind)
                let name = services[later].name
                for earlier in members where order(services[earlier].kind) < place {
                    let before = services[earlier].name
                    guard !graph.waits(before, for: name) else { continue }
                    services[later].after.append(before)
                    graph.edges[name, default: []].append(before)
                }
            }
        }
        return services
    }

    private struct Folder: Hashable {
        var remote: ServiceRemote?
        var path: String
    }

    /// Who has to wait for whom. A group is released as one, so whoever waits for a member waits for all of it.
    private struct Graph {
        var edges: [ServiceName: [ServiceName]] = [:]
        private var groups: [ServiceName: String] = [:]
        private var members: [String: [ServiceName]] = [:]

        init(_ services: [Service]) {
            for service in services {
                edges[service.name] = service.predecessors
                groups[service.name] = service.group
                if let group = service.group { members[group, default: []].append(service.name) }
            }
        }

        /// Whether a service has to wait for another, directly or not; within a group, by its members' own order.
        func waits(_ start: ServiceName, for target: ServiceName) -> Bool {
            let isInside = groups[start] != nil && groups[start] == groups[target]
            let goal = isInside ? [target] : unit(of: target)
            var seen: Set<ServiceName> = []
            var open = isInside ? [start] : unit(of: start)
            while let next = open.popLast() {
                if goal.contains(next) { return true }
                guard seen.insert(next).inserted else { continue }
                for earlier in edges[next] ?? [] { open += isInside ? [earlier] : unit(of: earlier) }
            }
            return false
        }

        private func unit(of name: ServiceName) -> [ServiceName] {
            groups[name].flatMap { members[$0] } ?? [name]
        }
    }
}
