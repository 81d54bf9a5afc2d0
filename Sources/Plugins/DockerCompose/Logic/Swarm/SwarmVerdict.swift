/// Whether a service of a Swarm has come to what was asked for.
///
/// The Swarm's own word on an update is waited for where it is to have one; what it says is believed when it is bad. When it
/// is good or missing, tasks are counted: right after a change a manager has no word on it yet.
package enum SwarmVerdict: Sendable, Hashable {
    case converged
    case waiting(String)
    case failed(String, [SwarmTask])

    /// What was there before the change.
    package struct Before: Sendable, Hashable {
        package var tasks: Set<String> = []
        /// By service id.
        package var updates: [String: SwarmService.Update] = [:]
        package var templates: [String: SwarmTemplate] = [:]
        /// Nodes that were seen away since: what ended on them is the machine's end, not the service's.
        package var missed: Set<String> = []

        package init(_ view: SwarmView) {
            tasks = Set(view.tasks.map(\.id))
            for service in view.services {
                updates[service.id] = service.update
                templates[service.id] = service.template
            }
            missed = Set(view.missingNodes.map(\.id))
        }
    }

    /// - Parameter finishing: its tasks end by themselves.
    package static func of(
        _ service: SwarmService, in view: SwarmView, since before: Before, finishing: Bool
    ) -> SwarmVerdict {
        let own = view.tasks(of: service)
        let finishing = finishing || service.isJob
        let isOld = before.updates[service.id] != nil && before.updates[service.id] == service.update
        let update = isOld ? nil : service.update
        let failed = own.filter {
            !before.tasks.contains($0.id) && $0.hasFailed(finishing: finishing)
                && !($0.node.map(before.missed.contains) ?? false)
        }
        let name = service.name
        // The Swarm says that, and the task says why.
        let reason = failed.last.map { view.spoken($0) } ?? update?.message ?? ""
        switch update?.state {
        case "rollback_completed": return .failed("the Swarm rolled the update of '\(name)' back: \(reason)", failed)
        case "rollback_paused":
            return .failed("the Swarm began to roll the update of '\(name)' back and gave up: \(reason)", failed)
        case "paused": return .failed("the Swarm stopped the update of '\(name)': \(reason)", failed)
        case "rollback_started": return .waiting("the Swarm rolls the update of '\(name)' back")
        default: break
        }
        let current = own.filter { $0.isWanted && $0.template == service.template }
        // A task of what is being replaced may still be started anew, and die: that is no fault of what takes its place.
        if let first = failed.last(where: { $0.template == service.template }) {
            // An update that fails is the Swarm's to stop or to take back; a first deployment is not.
            let isUpdate = before.templates[service.id].map { $0 != service.template } ?? false
            let isItsTurn = update.map { $0.state == "updating" } ?? isUpdate
            if !isItsTurn || service.failureAction == "continue" {
                return .failed("a task of '\(name)' does not stay up: \(view.spoken(first))", failed)
            }
        }
        if finishing {
            let wanted = service.wanted(view.nodes, current)
            let done = own.count { $0.state == "complete" && $0.template == service.template }
            return done >= wanted
                ? .converged : .waiting("'\(name)' is still at work: \(done) of \(wanted) tasks are done")
        }
        let wanted = service.wanted(view.nodes, current)
        let running = current.filter { $0.state == "running" && view.node($0.node)?.isReady != false }
        let old = own.filter { $0.isWanted && $0.template != service.template }
        let older = !old.isEmpty
        if running.count == wanted, !older, update?.state != "updating" { return .converged }
        var text = "\(running.count) of \(wanted) tasks of '\(name)' run"
        if running.count >= wanted { text += older ? ", older ones too" : "; the Swarm is still at it" }
        // An update waits, a minute at most, for the end of older tasks, also of those on a machine that is away.
        let lost = old.filter { view.node($0.node)?.isReady == false }
        let rest = (current.filter { !running.contains($0) } + lost).map { task in
            if task.state == "running", let node = view.node(task.node) {
                return "\(view.name(of: task)) is on \(node.name), which is \(node.state)"
            }
            return view.spoken(task)
        }
        if !rest.isEmpty { text += "; " + rest.prefix(3).joined(separator: "; ") }
        return .waiting(text)
    }
}

extension SwarmService {
    fileprivate var isJob: Bool {
        if case .job = mode { return true }
        return false
    }

    /// How many tasks are to run. Which nodes a constraint leaves to a service that runs everywhere is the manager's to say:
    /// those that it gave tasks.
    fileprivate func wanted(_ nodes: [SwarmNode], _ current: [SwarmTask]) -> Int {
        switch mode {
        case .replicated(let count), .job(let count): count
        case .global:
            hasConstraints
                ? max(1, current.count { task in nodes.first { $0.id == task.node }?.takesTasks != false })
                : nodes.count { $0.takesTasks }
        }
    }
}
