import Model
package import PluginKit

/// Looks at each container of the live release.
package struct HealthStage<Host: StackHost> {
    private let work: StackWork<Host>
    package init(_ work: StackWork<Host>) { self.work = work }

    /// It is as the operator wants it; but who looks at the service is to see it.
    private func warn(of stopped: [Container], _ engine: Engine) {
        guard !stopped.isEmpty else { return }
        var client = engine.family.rawValue
        if let host = work.options.dockerHost { client += " -H \(host)" }
        let paused = stopped.filter { $0.status == "paused" }.map(\.name)
        let ended = stopped.filter { $0.status != "paused" }.map(\.name)
        let commands = [("start", ended), ("unpause", paused)].filter { !$0.1.isEmpty }
            .map { "`\(client) \($0.0) \($0.1.joined(separator: " "))`" }.joined(separator: " and ")
        let services = Set(stopped.map(\.service)).sorted().map { "'\($0)'" }
        let verb = services.count == 1 ? "was stopped by hand and stays so" : "were stopped by hand and stay so"
        work.host.report(
            PluginDiagnostic(
                .warning, code: Failure.Code.stopped.rawValue,
                summary:
                    "\(services.joined(separator: ", ")) \(verb), through deployments too; \(commands) starts again"))
    }

    package func run() throws -> StageResult {
        let store = work.store
        guard let record = store.live else {
            return .noChange("nothing is deployed")
        }
        let engine = try work.engine()
        let finishing = Set(record.finishing)
        let containers = try ContainerList(engine, work.host).containers(
            of: record.project, knowing: ChangeJournal(store))
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
        if result.status == .ok { warn(of: seen.filter { difference.stopped.contains($0.service) }, engine) }
        return result
    }
}
