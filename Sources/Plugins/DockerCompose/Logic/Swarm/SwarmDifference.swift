import PluginKit

/// What stands between a stack as it is and as a release wants it.
struct SwarmDifference: Hashable {
    enum Action: Hashable {
        case create
        case update(String)
        /// Somebody changed it by hand.
        case drift(String)
        case remove
    }

    private(set) var actions: [String: Action] = [:]

    /// - Parameters:
    ///   - ledger: what the last good deployment left; nil: a deployment was broken off, or did not end well.
    ///   - because: of services whose image is not there yet, the reason.
    init(
        pins: [String: ReleaseRecord.Pin], replicas: [String: Int], services: [SwarmService],
        ledger: [String: SwarmLedger.Entry], because: [String: String] = [:]
    ) {
        for (name, pin) in pins {
            guard let service = services.first(where: { $0.name == name }) else {
                actions[name] = .create
                continue
            }
            let entry = ledger[name]
            if service.digest != pin.digest {
                actions[name] = .update(because[name] ?? Self.reason(service, pin))
            } else if let entry, entry.specification != service.specification {
                actions[name] = .drift(Self.drift(service, entry))
            } else if entry == nil {
                actions[name] = .update("what was deployed last did not come to a good end")
            } else if let wanted = replicas[name], let count = service.replicas, wanted != count {
                actions[name] = .update("it has \(count) tasks, and the file asks for \(wanted)")
            }
        }
        for service in services where pins[service.name] == nil { actions[service.name] = .remove }
    }

    var isEmpty: Bool { actions.isEmpty }

    private static func reason(_ service: SwarmService, _ pin: ReleaseRecord.Pin) -> String {
        if service.digest == nil { return "it was not deployed by the deployer" }
        if service.image != pin.remote { return "its image is another one" }
        return "its configuration is another one"
    }

    private static func drift(_ service: SwarmService, _ entry: SwarmLedger.Entry) -> String {
        var changes: [String] = []
        if let now = service.replicas, let then = entry.replicas, now != then {
            changes.append("its number of tasks, from \(then) to \(now)")
        }
        if service.image != entry.image { changes.append("its image, to \(service.image)") }
        let what = changes.isEmpty ? "its configuration" : changes.joined(separator: " and ")
        return "somebody changed \(what); a deployment takes that back"
    }

    /// What a plan says; in the order of names.
    var changes: [PlanChange] {
        actions.sorted { $0.key < $1.key }.map { name, action in
            let subject = "service '\(name)'"
            switch action {
            case .create: return PlanChange(.create, subject, reason: "there is none")
            case .update(let reason): return PlanChange(.update, subject, reason: reason)
            case .drift(let reason): return PlanChange(.drift, subject, reason: reason)
            case .remove: return PlanChange(.remove, subject, reason: "the file has no such service any more")
            }
        }
    }
}
