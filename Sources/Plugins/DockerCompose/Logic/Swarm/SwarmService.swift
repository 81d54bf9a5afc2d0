package import PluginKit

/// A service of a Swarm, as a manager describes it.
///
/// Source: `GET /services/{id}` of the engine's API (https://docs.docker.com/reference/api/engine/).
package struct SwarmService: Sendable, Hashable {
    package enum Mode: Sendable, Hashable {
        case replicated(Int)
        /// A task on each node.
        case global
        /// So many tasks, each of which ends by itself.
        case job(Int)
    }

    /// What a manager says of the last change.
    package struct Update: Sendable, Hashable {
        /// `updating`, `paused`, `completed`, `rollback_started`, `rollback_paused`, `rollback_completed`.
        package var state: String
        package var startedAt: String
        package var message: String
        package init(state: String, startedAt: String, message: String = "") {
            self.state = state
            self.startedAt = startedAt
            self.message = message
        }
    }

    package var id: String
    /// As the file has it, without the name of the stack.
    package var name: String
    package var image: String
    /// The digest that this plugin has given it; nil: somebody else made it.
    package var digest: String?
    /// Id, service and folder of releases of the service that made it; nil: somebody else did, or an older version.
    package var owner: String?
    package var ownerService: String?
    package var ownerDirectory: String?
    package var mode: Mode
    package var update: Update?
    /// `pause`, `continue`, `rollback`: what the Swarm does when an update fails.
    package var failureAction: String
    package var hasConstraints: Bool
    /// What its tasks are made from.
    package var template: SwarmTemplate
    /// Of everything that was asked for; another one means that somebody changed the service.
    package var specification: String

    package static let stackLabel = "com.docker.stack.namespace"

    package init?(_ json: PluginJSON, stack: String) {
        guard let id = json["ID"]?.string, let specification = json["Spec"], let full = specification["Name"]?.string
        else { return nil }
        self.id = id
        name = full.hasPrefix("\(stack)_") ? String(full.dropFirst(stack.count + 1)) : full
        let task = specification["TaskTemplate"] ?? [:]
        image = task["ContainerSpec"]?["Image"]?.string ?? ""
        let labels = specification["Labels"] ?? [:]
        digest = labels[Container.digestLabel]?.string
        owner = labels[Owner.idLabel]?.string
        ownerService = labels[Owner.serviceLabel]?.string
        ownerDirectory = labels[Owner.directoryLabel]?.string
        let mode = specification["Mode"] ?? [:]
        if let job = mode["ReplicatedJob"] {
            self.mode = .job(job["TotalCompletions"]?.integer ?? job["MaxConcurrent"]?.integer ?? 1)
        } else if mode["GlobalJob"] != nil {
            self.mode = .job(1)
        } else if mode["Global"] != nil {
            self.mode = .global
        } else {
            self.mode = .replicated(mode["Replicated"]?["Replicas"]?.integer ?? 1)
        }
        update = json["UpdateStatus"].flatMap { status in
            guard let state = status["State"]?.string, !state.isEmpty else { return nil }
            return Update(
                state: state, startedAt: status["StartedAt"]?.string ?? "", message: status["Message"]?.string ?? "")
        }
        failureAction = specification["UpdateConfig"]?["FailureAction"]?.string ?? "pause"
        hasConstraints = task["Placement"]?["Constraints"]?.array?.isEmpty == false
        template = SwarmTemplate(task)
        // Starting everything anew is no change of what was asked for.
        var members = specification.object ?? [:]
        if var forced = members["TaskTemplate"]?.object {
            forced["ForceUpdate"] = nil
            members["TaskTemplate"] = .object(forced)
        }
        self.specification = Digest.of(PluginJSON.object(members).slim.text)
    }
}

/// What a task is made from: of a service what its next task will be, of a task what it is.
///
/// A manager leaves out of the one what it fills in with defaults in the other, so members without a value do not count; and
/// where tasks may run does not, for a task that may stay stays.
package struct SwarmTemplate: Sendable, Hashable {
    private let text: String

    package init(_ json: PluginJSON) {
        var members: [String: PluginJSON] = [:]
        for name in ["ContainerSpec", "Resources", "Networks", "ForceUpdate", "LogDriver"] {
            members[name] = json[name]
        }
        text = PluginJSON.object(members).slim.text
    }
}

extension PluginJSON {
    /// Without members that say nothing: null, false, 0 and what is empty.
    package var slim: PluginJSON {
        switch self {
        case .object(let members): .object(members.mapValues(\.slim).filter { !$0.value.saysNothing })
        case .array(let items): .array(items.map(\.slim))
        default: self
        }
    }

    private var saysNothing: Bool {
        switch self {
        case .null, .bool(false), .integer(0), .string(""): true
        case .object(let members): members.isEmpty
        case .array(let items): items.isEmpty
        default: false
        }
    }
}
