package import PluginKit

/// What has to be done to the containers that are there, so that they are what a release says.
package struct StackDifference: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        /// No container, or not enough of them.
        case create
        case recreate(String)
        /// Too many.
        case reduce
        /// It is as it should be, and does not run although nobody stopped it.
        case start
    }

    /// Services with something to do.
    package var actions: [String: Action] = [:]
    /// Containers of the project that belong to no service of it.
    package var orphans: [Container] = []
    /// Services whose containers an operator stopped by hand.
    package var stopped: Set<String> = []

    package var isEmpty: Bool { actions.isEmpty && orphans.isEmpty }

    /// - Parameters:
    ///   - replicas: how many containers each service has.
    ///   - intent: services that were stopped before a change that was broken off; nil where none was. What such a change
    ///     stopped looks as if somebody had stopped it.
    package init(
        pins: [String: ReleaseRecord.Pin], replicas: [String: Int], finishing: Set<String>, containers: [Container],
        intent: Set<String>?
    ) {
        let byService = Dictionary(grouping: containers, by: \.service)
        orphans = containers.filter { pins[$0.service] == nil }
        for (name, pin) in pins {
            let present = byService[name] ?? []
            let wanted = replicas[name] ?? 1
            let idle = present.filter { !$0.isRunning && $0.status != "restarting" }
            if let intent {
                if intent.contains(name), !present.contains(where: \.isRunning) { stopped.insert(name) }
            } else if !finishing.contains(name), !present.isEmpty, idle.count == present.count,
                idle.contains(where: \.wasStoppedByHand)
            {
                stopped.insert(name)
            }
            if let different = present.first(where: { $0.digest != pin.digest }) {
                actions[name] = .recreate(Self.reason(different, pin))
            } else if present.count < wanted {
                actions[name] = .create
            } else if present.count > wanted {
                actions[name] = .reduce
            } else if !stopped.contains(name),
                idle.contains(where: { Self.isToRun($0, finishing.contains(name), intent) })
            {
                actions[name] = .start
            }
        }
    }

    private static func isToRun(_ container: Container, _ isFinishing: Bool, _ intent: Set<String>?) -> Bool {
        if isFinishing, container.status == "exited", container.exitCode == 0 { return false }
        return intent != nil || !container.wasStoppedByHand
    }

    private static func reason(_ container: Container, _ pin: ReleaseRecord.Pin) -> String {
        if container.digest == nil { return "it was not started by the deployer" }
        if container.image != pin.id { return "its image is another one" }
        return "its configuration, or a file that it mounts, is another one"
    }

    /// What a plan says; in the order of names.
    ///
    /// - Parameter because: of services whose image is not there yet, the reason.
    package func changes(_ containers: [Container], because: [String: String] = [:]) -> [PlanChange] {
        var changes: [PlanChange] = []
        for (name, action) in actions.sorted(by: { $0.key < $1.key }) {
            let names = containers.filter { $0.service == name }.map(\.name)
            let subject = names.isEmpty ? "container of '\(name)'" : "container '\(names.joined(separator: "', '"))'"
            let note = stopped.contains(name) ? "; it was stopped by hand and stays stopped" : ""
            switch action {
            case .create:
                let image = because[name].map { "; \($0)" } ?? ""
                changes.append(PlanChange(.create, "container of '\(name)'", reason: "there is none\(image)\(note)"))
            case .recreate(let reason):
                changes.append(PlanChange(.replace, subject, reason: (because[name] ?? reason) + note))
            case .reduce: changes.append(PlanChange(.remove, subject, reason: "there are more than the file asks for"))
            case .start: changes.append(PlanChange(.update, subject, reason: "it does not run and is started"))
            }
        }
        for orphan in orphans {
            changes.append(
                PlanChange(
                    .remove, "container '\(orphan.name)'",
                    reason: "the file has no service '\(orphan.service)' any more"))
        }
        return changes
    }
}
