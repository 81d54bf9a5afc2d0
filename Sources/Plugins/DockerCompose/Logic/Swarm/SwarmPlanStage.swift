import Model
import PluginKit
import PluginSupport

/// Says which services a deployment would create, update or remove, and what somebody changed by hand. Changes nothing.
struct SwarmPlanStage<Host: StackHost> {
    private let work: StackWork<Host>
    private var host: Host { work.host }
    init(_ work: StackWork<Host>) { self.work = work }

    func run() throws -> StageResult {
        let (project, files) = try work.sources(scratch: "plan")
        let engine = try EngineFinder(work.call, work.options, host).find(pinned: .swarm)
        let client = SwarmClient(work, engine)
        try client.checkManager()
        let sources = SwarmSources(work, engine)
        let stack = try sources.read(project)
        let file = try sources.convert(stack, project, files: files)
        let list = ContainerList(engine, host)
        let live = work.store.live
        var pins: [String: ReleaseRecord.Pin] = [:]
        var unknown: [String: String] = [:]
        let planned = PlanStage(work)
        for name in stack.names {
            let old = live?.pins[name]
            let (id, reason) = try planned.image(of: name, in: stack, project.name, old, list)
            if let reason { unknown[name] = reason }
            var pin = ReleaseRecord.Pin(reference: "", id: id, digest: "")
            if let old, old.id == id {
                pin.remote = old.remote
                pin.digest = file.digest(of: name, image: old.remote ?? "")
            }
            pins[name] = pin
        }
        let view = try client.view(of: project.name)
        let difference = SwarmDifference(
            pins: pins, replicas: stack.services.mapValues(\.replicas), services: view.services,
            ledger: SwarmLedger(work.store).read(), because: unknown)
        let changes = difference.changes
        host.plan(changes)
        for change in changes { host.log("\(change.action.rawValue) \(change.subject): \(change.reason)") }
        if let old = work.call.checkpoint, old.project != project.name {
            host.log("the stack '\(old.project)' is replaced by '\(project.name)'", level: .warning)
        }
        return changes.isEmpty ? .noChange("nothing would change") : .ok("\(changes.count) services would change")
    }
}
