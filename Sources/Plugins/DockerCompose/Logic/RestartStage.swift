import Model
package import PluginKit

/// Starts the containers of the live release anew, in the order of their dependencies. After a deployment there is nothing
/// to do: what changed has started anew.
package struct RestartStage<Host: StackHost> {
    private let work: StackWork<Host>
    package init(_ work: StackWork<Host>) { self.work = work }

    package func run() throws -> StageResult {
        let store = work.store
        let mark = RestartMark(work.call)
        if mark.isSet(for: work.call.revision) {
            try mark.clear()
            return .noChange("the deployment has started what changed")
        }
        guard let record = store.live else {
            return .noChange("nothing is deployed, so there is nothing to start")
        }
        let engine = try work.engine()
        let list = ContainerList(engine, work.host)
        let finishing = Set(record.finishing)
        let ownership = try Ownership(work, project: record.project)
        let containers = try list.containers(of: record.project, knowing: ChangeJournal(store)).filter {
            !ownership.isAnothers($0)
        }
        let difference = StackDifference(
            pins: record.pins, replicas: record.replicas, finishing: finishing, containers: containers,
            intent: ChangeJournal(store).intent)
        for rank in record.ranks {
            let ids = containers.filter {
                rank.contains($0.service) && !difference.stopped.contains($0.service) && !finishing.contains($0.service)
            }.map(\.id)
            guard !ids.isEmpty else { continue }
            let end = try work.host.run(work.limited(engine.ask(["restart"] + ids)), onOutput: nil)
            if end.succeeded { continue }
            if let result = try work.interruption(end, engine, "the restart of \(rank.joined(separator: ", "))") {
                return result
            }
            throw Failure(.command, "\(rank.joined(separator: ", ")) could not be restarted", cause: end.reason)
        }
        let expectation = HealthWatch<Host>.Expectation(
            project: record.project, services: record.pins.keys.sorted().filter { record.replicas[$0] != 0 },
            finishing: finishing, stopped: difference.stopped,
            restarts: Dictionary(containers.map { ($0.id, $0.restarts) }, uniquingKeysWith: { $1 }), files: record.files
        )
        return try HealthWatch(work, engine).watch(expectation, settle: work.options.settle).result
    }
}
