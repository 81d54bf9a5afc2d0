package import Model

/// The order in which services may be deployed: whatever a service depends on comes before it, and a group, which goes
/// live as one, is not interrupted by others.
package enum DependencyOrder {
    /// Sorts stably: where dependencies leave a choice, the given order stays.
    ///
    /// Throws `config.dependency-cycle`, naming the services on the cycle. Names nobody has are ignored here;
    /// the configuration reports them.
    package static func sort(_ services: [Service]) throws(Failure) -> [Service] {
        try units(services).flatMap { $0 }
    }

    /// What is decided as one: a group with its members in their order, or a service on its own.
    package static func units(_ services: [Service]) throws(Failure) -> [[Service]] {
        var units: [[Service]] = []
        var places: [String: Int] = [:]
        for service in services {
            if let group = service.group, let place = places[group] {
                units[place].append(service)
            } else {
                if let group = service.group { places[group] = units.count }
                units.append([service])
            }
        }
        let sorted = try sort(units) { (blocked) throws(Failure) in
            // Told of services, where they are on a circle by themselves.
            let services = blocked.flatMap { $0 }
            _ = try sort(services.map { [$0] }) { failure($0.flatMap { $0 }, "services") }
            return failure(services, "services, with the groups they are released in,")
        }
        return try sorted.map { (unit) throws(Failure) in
            guard unit.count > 1 else { return unit }
            return try sort(unit.map { [$0] }) { failure($0.flatMap { $0 }, "services") }.flatMap { $0 }
        }
    }

    private static func sort(
        _ units: [[Service]], complaint: ([[Service]]) throws(Failure) -> Failure
    ) throws(Failure) -> [[Service]] {
        let known = Set(units.joined().map(\.name))
        var done: Set<ServiceName> = []
        var rest = units
        var sorted: [[Service]] = []
        sorted.reserveCapacity(units.count)
        while !rest.isEmpty {
            var blocked: [[Service]] = []
            for unit in rest {
                let own = unit.count > 1 ? Set(unit.map(\.name)) : []
                let isFree = unit.allSatisfy { service in
                    service.predecessors.allSatisfy { done.contains($0) || own.contains($0) || !known.contains($0) }
                }
                if isFree {
                    for service in unit { done.insert(service.name) }
                    sorted.append(unit)
                } else {
                    blocked.append(unit)
                }
            }
            if blocked.count == rest.count { throw try complaint(blocked) }
            rest = blocked
        }
        return sorted
    }

    private static func failure(_ services: [Service], _ what: String) -> Failure {
        let names = services.map(\.name.text).joined(separator: ", ")
        return Failure(
            .init("config.dependency-cycle"), "\(what) depend on each other in a circle: \(names)",
            remedy: "remove one of their depends_on entries")
    }
}
