import Model
package import PluginKit

/// Looks at each container of the live release.
package struct HealthStage<Host: StackHost> {
    private let work: StackWork<Host>
    package init(_ work: StackWork<Host>) { self.work = work }

    package func run() throws -> StageResult {
        let store = work.store
        guard let name = store.current, let record = store.record(of: name) else {
            return .noChange("nothing is deployed")
        }
        let engine = try work.engine()
        let finishing = Set(record.finishing)
        let containers = try ContainerList(engine, work.host).containers(of: record.project)
        let difference = StackDifference(
            pins: record.pins, replicas: record.replicas, finishing: finishing, containers: containers,
            intent: ChangeJournal(store).intent)
        let expectation = HealthWatch<Host>.Expectation(
            project: record.project, services: record.pins.keys.sorted().filter { record.replicas[$0] != 0 },
            finishing: finishing, stopped: difference.stopped, restarts: [:], files: record.files, isFresh: false)
        // The deployment has watched for the whole of it.
        let settle = min(work.options.settle, .seconds(1))
        let (result, seen) = try HealthWatch(work, engine).watch(expectation, settle: settle)
        for container in seen {
            let isStopped = difference.stopped.contains(container.service)
            let health = container.health == .none ? "" : ", \(container.health.rawValue)"
            let exit = container.isRunning ? health : ", exit code \(container.exitCode)"
            work.host.output(
                "container:\(container.name)",
                "\(container.status)\(isStopped ? " by hand" : "")\(exit), \(container.restarts) restarts, image "
                    + container.shortImage)
        }
        return result
    }
}
