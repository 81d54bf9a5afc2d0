package import Model

/// The order in which services may be deployed: whatever a service depends on comes before it.
package enum DependencyOrder {
    /// Sorts stably: where dependencies leave a choice, the given order stays.
    ///
    /// Throws `config.dependency-cycle`, naming the services on the cycle. Names nobody has are ignored here;
    /// the configuration reports them.
    package static func sort(_ services: [Service]) throws(Failure) -> [Service] {
        let known = Set(services.map(\.name))
        var done: Set<ServiceName> = []
        var rest = services
        var sorted: [Service] = []
        sorted.reserveCapacity(services.count)
        while !rest.isEmpty {
            var blocked: [Service] = []
            for service in rest {
                if service.dependsOn.allSatisfy({ done.contains($0) || !known.contains($0) }) {
                    done.insert(service.name)
                    sorted.append(service)
                } else {
                    blocked.append(service)
                }
            }
            if blocked.count == rest.count {
                let names = blocked.map(\.name.text).joined(separator: ", ")
                throw Failure(
                    .init("config.dependency-cycle"), "services depend on each other in a circle: \(names)",
                    remedy: "remove one of their depends_on entries")
            }
            rest = blocked
        }
        return sorted
    }
}
