import Model
import PluginKit

/// Starts the tasks of the live release anew, service by service in the order of their dependencies, each awaited. After a
/// deployment there is nothing to do: what changed has started anew.
struct SwarmRestartStage<Host: StackHost> {
    private let work: StackWork<Host>
    private var host: Host { work.host }
    init(_ work: StackWork<Host>) { self.work = work }

    func run() throws -> StageResult {
        let mark = RestartMark(work.call)
        if mark.isSet(for: work.call.revision) {
            try mark.clear()
            return .noChange("the deployment has started what changed")
        }
        guard let record = work.store.live else {
            return .noChange("nothing is deployed, so there is nothing to start")
        }
        let engine = try work.engine()
        let client = SwarmClient(work, engine)
        try client.checkManager()
        let finishing = Set(record.finishing)
        var expectation = SwarmWatch<Host>.Expectation(
            stack: record.project, services: [], finishing: finishing, before: nil, files: record.files)
        for rank in record.ranks {
            let names = rank.filter { !finishing.contains($0) }
            guard !names.isEmpty else { continue }
            expectation.services = names
            expectation.before = .init(try client.view(of: record.project))
            for name in names {
                let full = "\(record.project)_\(name)"
                let end = try host.run(
                    work.limited(engine.ask(["service", "update", "--force", "--detach", full])), onOutput: nil)
                try client.check(end, "start '\(name)' anew")
            }
            let (result, _) = try SwarmWatch(work, engine).watch(expectation, settle: work.options.settle)
            guard result.status == .ok else { return result }
        }
        return .ok(
            "started anew: \(record.pins.keys.filter { !finishing.contains($0) }.sorted().joined(separator: ", "))")
    }
}
