package import Model

/// What `host status --json` prints; see `CycleDocument` for the rules.
package struct StatusDocument: Sendable, Codable, Hashable {
    package struct Failing: Sendable, Codable, Hashable {
        package var revision: String
        package var stage: String
        package var summary: String
        package var attempts: Int
        /// Absent: held until its content or a dependency changes.
        package var retryAt: String?
        package var quarantined: Bool
        /// It went live and could not be rolled back: what runs is not known.
        package var mayBeLive: Bool
        /// The group that it was to go live with.
        package var group: String?
        /// The member of the group that failed, where it was another one: `stage` and `summary` are that one's.
        package var because: String?
    }
    package struct Running: Sendable, Codable, Hashable {
        package var stage: String
        package var startedAt: String
        package init(stage: Stage, startedAt: Timestamp) {
            self.stage = stage.rawValue
            self.startedAt = startedAt.description
        }
    }
    /// What the processes do that the deployer keeps running for a service.
    package enum Process: String, Sendable, Codable, Hashable {
        case running, stopped
        /// It ended, and is started again after a pause.
        case crashing
    }
    package struct ServiceEntry: Sendable, Codable, Hashable {
        package var service: String
        /// It goes live together with the others of this group.
        package var group: String?
        /// `running`, `removed` (no longer configured), `paused`, `quarantined`, `failed`, `held`, `deployed` or `new`; the first
        /// that is so.
        package var state: String
        package var deployedRevision: String?
        package var deployedAt: String?
        package var failure: Failing?
        package var running: Running?
        /// Absent where the deployer keeps no process of it running: its plugin's, or the operator's own script, does.
        package var process: Process?
        /// Why it is due and waits, as the last plan said: nothing here can deploy it, or an attempt failed.
        package var held: String?
        /// Warnings of the stages that deployed what runs, the first few.
        package var warnings: [String]?
        /// How many there were.
        package var warningCount: Int?
    }
    package struct FeedbackItem: Sendable, Codable, Hashable {
        package var id: String
        /// `received`, `located`, `trying`, `committed`, `pushed`.
        package var phase: String
        package var receivedAt: String
        /// Why it could not be decided; absent while it can.
        package var waits: String?
        /// When it is tried again.
        package var retryAt: String?
        package init(id: String, phase: String, receivedAt: Timestamp, waits: String? = nil, retryAt: Timestamp? = nil)
        {
            self.id = id
            self.phase = phase
            self.receivedAt = receivedAt.description
            self.waits = waits
            self.retryAt = retryAt?.description
        }
    }

    package var schema = 1
    package var workspace: String
    /// Whether a daemon works on this workspace now; absent where that is not known.
    package var daemonRunning: Bool?
    /// The newest revision the daemon has seen on origin.
    package var revision: String?
    /// True when no service that is configured is failed, quarantined or held.
    package var healthy: Bool
    package var lastCycle: CycleDocument?
    package var services: [ServiceEntry]
    package var feedback: [FeedbackItem]
    /// Pull requests of the daemon's that are not over.
    package var proposals: [ProposalItem] = []
    /// Failures that are worked on by themselves; absent where there is none.
    package var repairs: [RepairEntry]?
    /// Things an operator should know: a checkout with changes, a damaged history that was set aside.
    package var warnings: [String]

    /// - Parameters:
    ///   - names: the configured services, in their order; those only the history knows come after them.
    ///   - areNamesComplete: whether those that only the history knows are configured no longer.
    ///   - running: what each service is doing now.
    ///   - held: why services wait.
    ///   - groups: the groups of services that have one.
    ///   - processes: what the supervised processes of services do.
    ///   - warned: what the stages that deployed each service warned of.
    package init(
        workspace: String, daemonRunning: Bool? = nil, revision: Revision? = nil, names: [ServiceName] = [],
        areNamesComplete: Bool = false, states: [ServiceName: ServiceState], running: [ServiceName: Running] = [:],
        held: [ServiceName: String] = [:], groups: [ServiceName: String] = [:],
        warned: [ServiceName: [Diagnostic]] = [:], processes: [ServiceName: Process] = [:],
        lastCycle: CycleRecord? = nil, feedback: [FeedbackItem] = [],
        warnings: [String] = []
    ) {
        self.workspace = workspace
        self.daemonRunning = daemonRunning
        self.revision = revision?.hex
        self.lastCycle = lastCycle.map(CycleDocument.init)
        self.feedback = feedback
        self.warnings = warnings
        let known = Set(names)
        let order = names + Set(states.keys).union(running.keys).union(held.keys).subtracting(known).sorted()
        let removed = areNamesComplete ? Set(order).subtracting(known) : []
        services = order.map {
            var entry = Self.entry($0, states[$0], running[$0], held[$0], isRemoved: removed.contains($0))
            entry.group = groups[$0]
            entry.process = processes[$0]
            if let found = warned[$0], !found.isEmpty {
                entry.warnings = found.prefix(Self.shownWarnings).map(\.line)
                entry.warningCount = found.count
            }
            return entry
        }
        let ill = Set(held.keys).union(states.values.filter { $0.failure != nil }.map(\.service))
        healthy = ill.isSubset(of: removed)
    }

    private static let shownWarnings = 5
    /// What the reason of a service begins with that was paused, whatever else ails it.
    package static let pause = "paused by "

    private static func entry(
        _ name: ServiceName, _ state: ServiceState?, _ running: Running?, _ held: String?, isRemoved: Bool
    ) -> ServiceEntry {
        let word =
            if running != nil {
                "running"
            } else if isRemoved {
                "removed"
            } else if held?.hasPrefix(Self.pause) == true {
                "paused"
            } else if let failure = state?.failure {
                failure.isQuarantined ? "quarantined" : "failed"
            } else if held != nil {
                "held"
            } else {
                state?.deployed == nil ? "new" : "deployed"
            }
        return ServiceEntry(
            service: name.text, state: word, deployedRevision: state?.deployed?.revision.hex,
            deployedAt: state?.deployed?.deployedAt.description,
            failure: state?.failure.map {
                Failing(
                    revision: $0.revision.hex, stage: $0.stage.rawValue, summary: $0.summary, attempts: $0.attempts,
                    retryAt: $0.retryAt?.description, quarantined: $0.isQuarantined,
                    mayBeLive: $0.mayBeLive, group: $0.group, because: $0.culprit?.text)
            }, running: running, held: held)
    }
}
