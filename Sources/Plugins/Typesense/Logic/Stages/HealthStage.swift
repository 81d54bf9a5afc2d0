import Model
import PluginKit

/// The nodes are well, and each name leads to the collection that was deployed.
struct HealthStage {
    let work: Work
    init(_ work: Work) { self.work = work }

    func run() throws -> StageResult {
        let (nodes, problems) = try settled()
        let (well, all) = (nodes.count { $0.isWell }, nodes.count)
        for node in nodes { work.context.output("node:\(node.url)", node.spoken) }
        let needed = all / 2 + 1
        let sick = nodes.filter { $0.answers && !$0.isWell }
        guard well >= needed, sick.isEmpty else {
            for problem in problems { work.report(.error, "typesense.health", problem, nil) }
            return .failed(
                well >= needed
                    ? "\(sick.count) of \(all) nodes answer and are not well"
                    : "\(well) of \(all) nodes are well, \(needed) are needed")
        }
        for problem in problems { work.report(.warning, "typesense.health", problem, nil) }
        var failures = 0
        // What the deployment wrote down: the state may be that of the one before it.
        let record = work.ledger.content.record ?? work.record
        for (name, entry) in record?.collections.sorted(by: { $0.key < $1.key }) ?? [] {
            if let problem = try check(name, entry) {
                failures += 1
                work.report(.error, "typesense.health", problem, nil)
            }
        }
        try memory()
        guard failures == 0 else { return .failed("\(failures) collections are not as they were deployed") }
        return .ok("\(well) of \(all) nodes are well")
    }

    /// Asks until the nodes are well, or time is up: after an import a node may be busy for a while. A node that does not answer
    /// at all is not waited for while the others can do without it.
    private func settled() throws -> ([NodeHealth], problems: [String]) {
        let reserve = min(max(work.context.timeLeft * 0.2, .seconds(2)), .seconds(20))
        let deadline = ContinuousClock.now + work.context.timeLeft - reserve
        var pause = Duration.milliseconds(200)
        while true {
            let timeLeft = deadline - ContinuousClock.now
            let share = max(timeLeft / work.server.nodes.count, .seconds(1))
            let nodes = try work.server.nodes.map { try NodeHealth($0, work, within: share) }
            let well = nodes.filter(\.isWell)
            var problems = nodes.compactMap(\.problem)
            let leaders = well.count { $0.state == 1 }
            let leads = nodes.count == 1 || leaders == 1
            if !well.isEmpty, !leads { problems.append("\(leaders) nodes say that they lead") }
            let isWell = well.count > nodes.count / 2 && leads && !nodes.contains { $0.answers && !$0.isWell }
            if isWell || ContinuousClock.now + pause >= deadline { return (nodes, problems) }
            work.context.progress(nil, problems.first ?? "waiting for the nodes")
            try work.context.pause(pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    private func check(_ name: String, _ entry: DeploymentRecord.Entry) throws -> String? {
        if entry.isAlias {
            let target = try work.collections.target(of: name)
            guard target == entry.live else {
                return "'\(name)' leads to \(target.map { "'\($0)'" } ?? "nothing") instead of '\(entry.live)'"
            }
        }
        guard let live = try work.collections.live(entry.live) else { return "the collection '\(entry.live)' is gone" }
        let count = live["num_documents"]?.integer ?? 0
        work.context.output("documents:\(name)", "\(count)")
        if count == 0, entry.documents > 0 {
            return "'\(name)' is empty; it held \(entry.documents) documents when it was deployed"
        }
        return nil
    }

    private func memory() throws {
        if let metrics = try work.server.find(Server.Request("GET", "metrics.json")),
            let bytes = metrics["typesense_memory_resident_bytes"]?.string
        {
            work.context.output("memory", "\(bytes) bytes")
        }
        if let stats = try work.server.find(Server.Request("GET", "stats.json")),
            let pending = stats["pending_write_batches"]?.integer
        {
            work.context.output("pending writes", "\(pending)")
        }
    }
}
