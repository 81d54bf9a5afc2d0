import Model
import PluginKit
import PluginSupport

/// Makes a release what runs: its files in the project's folder, its containers up and well.
struct Rollout<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private var host: Host { work.host }

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    /// - Parameter files: Compose files of the sources, for places.
    func roll(to name: String, _ record: ReleaseRecord, files: [String]) throws -> StageResult {
        let list = ContainerList(engine, host)
        let journal = ChangeJournal(work.store)
        var containers = try list.containers(of: record.project, knowing: journal)
        let ownership = try Ownership(work, project: record.project)
        try ownership.refuse(containers)
        if journal.intent != nil, let removed = try Convergence(work, engine).sweep(containers, pins: record.pins) {
            if let failed = removed { return failed }
            containers = try list.containers(of: record.project, knowing: journal)
        }
        containers = ownership.adopting(containers)
        let finishing = Set(record.finishing)
        let difference = StackDifference(
            pins: record.pins, replicas: record.replicas, finishing: finishing, containers: containers,
            intent: journal.intent)
        for name in difference.stopped.sorted() {
            host.log("'\(name)' was stopped by hand and stays stopped; start it, and later deployments run it again")
        }
        try work.takeFiles(of: name, record)
        if difference.isEmpty {
            let sick = containers.contains { $0.isRunning && $0.health == .unhealthy }
            if !sick, journal.intent == nil { return .noChange(Self.same(difference.stopped, containers)) }
        }
        let folder = work.projectFolder.path
        let project = Engine.Project(
            name: record.project, files: (record.files + [StackFiles.override]).map { "\(folder)/\($0)" },
            directory: folder)
        let wasBrokenOff = journal.intent != nil
        try journal.begin(stopped: difference.stopped)
        let failed = try Convergence(work, engine).apply(difference, project, containers: containers)
        if let failed, failed.status != .failed { return failed }
        var expectation = HealthWatch<Host>.Expectation(
            project: record.project, services: record.pins.keys.sorted().filter { record.replicas[$0] != 0 },
            finishing: finishing, stopped: difference.stopped,
            restarts: Dictionary(containers.map { ($0.id, $0.restarts) }, uniquingKeysWith: { $1 }), files: files)
        expectation.refusal = failed.map { $0.summary.replacing(Convergence<Host>.refused, with: "") }
        var settle = work.options.settle
        if wasBrokenOff {
            // A stop that was asked for may end a container as late as this.
            let latest = containers.filter(\.isRunning).map(\.stopTimeout).max() ?? 0
            settle = max(settle, .seconds(min(30, latest + 1)))
            expectation.revivals = 2
        }
        // What Compose gave up on is looked at all the same: the containers' own words say why.
        let watched = try HealthWatch(work, engine).watch(
            expectation, settle: failed == nil ? settle : .zero)
        if let failed { return watched.result.status == .ok ? failed : watched.result }
        guard watched.result.status == .ok else { return watched.result }
        let unstarted = watched.containers.filter {
            difference.stopped.contains($0.service) && $0.status == "created"
        }
        if let failed = try Convergence(work, engine).finishTakeover(of: record.project) { return failed }
        try journal.end(unstarted: Set(unstarted.map(\.id)))
        return .ok(Self.summary(difference) + watched.result.summary)
    }

    private static func same(_ stopped: Set<String>, _ containers: [Container]) -> String {
        let text = "all containers are as this release wants them"
        if stopped.isEmpty { return text }
        if !containers.contains(where: \.isRunning) { return "\(text), but \(HealthWatch<Host>.nothingRuns(stopped))" }
        return "\(text); stopped by hand and left so: \(stopped.sorted().joined(separator: ", "))"
    }

    private static func summary(_ difference: StackDifference) -> String {
        let names = difference.actions.keys.sorted()
        guard !names.isEmpty else { return "" }
        let listed = names.count > 8 ? "\(names.count) services" : names.joined(separator: ", ")
        return "brought up to date: \(listed); "
    }
}
