import Model
package import PluginKit
import PluginSupport

/// Says which containers a deployment would create, recreate or remove. Changes nothing.
package struct PlanStage<Host: StackHost> {
    private let work: StackWork<Host>
    package init(_ work: StackWork<Host>) { self.work = work }

    package func run() throws -> StageResult {
        let (project, files) = try work.sources(scratch: "plan")
        let engine = try EngineFinder(work.call, work.options, work.host).find(pinned: work.call.checkpoint?.family)
        let stack = try StackReader(work, engine).read(project)
        let list = ContainerList(engine, work.host)
        let journal = ChangeJournal(work.store)
        let ownership = try Ownership(work, project: project.name)
        let containers = try ownership.adopting(list.containers(of: project.name, knowing: journal))
        let live = work.store.live
        var pins: [String: ReleaseRecord.Pin] = [:]
        var unknown: [String: String] = [:]
        let preparation = Preparation(work, engine)
        for name in stack.names {
            let (id, reason) = try image(of: name, in: stack, project.name, live?.pins[name], list)
            if let reason { unknown[name] = reason }
            let digest = try preparation.digest(of: name, image: id, in: stack, folder: project.directory)
            pins[name] = .init(reference: "", id: id, digest: digest)
        }
        let difference = StackDifference(
            pins: pins, replicas: stack.services.mapValues(\.replicas),
            finishing: stack.finishing.union(work.options.oneShot), containers: containers,
            intent: journal.intent)
        let changes = difference.changes(containers, because: unknown)
        work.host.plan(changes)
        for change in changes { work.host.log("\(change.action.rawValue) \(change.subject): \(change.reason)") }
        if let old = work.call.checkpoint, old.project != project.name {
            work.host.log("the project '\(old.project)' is replaced by '\(project.name)'", level: .warning)
        }
        if let first = try warn(stack, project, files, engine) { return .ok("the deployment would fail: \(first)") }
        return changes.isEmpty ? .noChange("nothing would change") : .ok("\(changes.count) containers would change")
    }

    private static var noImage: String { "it has no image to run" }

    /// Reports what a deployment will fail of before it begins, as far as that is known now.
    ///
    /// - Returns: the first of it.
    private func warn(_ stack: Stack, _ project: Engine.Project, _ files: [String], _ engine: Engine) throws -> String?
    {
        let strangers = Strangers(work, engine)
        var obstacles: [PluginFailure] = []
        do {
            try strangers.refuse(project: project.name)
            try strangers.refuse(namesOf: stack, project: project.name, files: files)
        } catch let failure as PluginFailure {
            obstacles.append(failure)
        }
        let images = Images(work, engine)
        for name in stack.names {
            if let missing = try images.obstacle(name, in: stack, project: project.name, files: files) {
                obstacles.append(missing)
            }
        }
        for var warning in obstacles.flatMap(\.diagnostics) {
            warning.severity = .warning
            work.host.report(warning)
        }
        return obstacles.first?.result.summary
    }

    /// The image a service would run, and why it is not known yet.
    func image(
        of name: String, in stack: Stack, _ project: String, _ live: ReleaseRecord.Pin?, _ list: ContainerList<Host>
    ) throws -> (id: String, reason: String?) {
        let policy = stack.services[name]?.pullPolicy ?? work.options.pull.rawValue
        switch try Images(work, list.engine).candidate(name, in: stack, project: project) {
        case .named(let reference):
            if let id = try list.image(reference) { return (id, nil) }
            if policy == "never" || policy == "build" { return ("", Self.noImage) }
            return ("", "the image '\(reference)' is pulled")
        case .unbuilt: return ("", Self.noImage)
        case .built(let reference):
            if let id = try list.image(reference) { return (id, nil) }
            guard let live else { return ("", "its image is built") }
            guard let context = try stack.services[name]?.build?.digest(), context == live.context
            else { return ("", "its image is built anew, from sources that changed") }
            return (live.id, nil)
        }
    }
}
