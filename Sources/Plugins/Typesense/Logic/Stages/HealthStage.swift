import Model
import PluginKit

/// The nodes are well, and each name leads to the collection that was deployed.
struct HealthStage {
    let work: Work
    init(_ work: Work) { self.work = work }

    /// `state` of `GET /debug`.
    private static let states = [1: "leader", 4: "follower"]

    func run() throws -> StageResult {
        var problems: [String] = []
        let well = try nodes(&problems)
        let needed = work.server.nodes.count / 2 + 1
        guard well >= needed else {
            for problem in problems { work.report(.error, "typesense.health", problem, nil) }
            return .failed("\(well) of \(work.server.nodes.count) nodes are well, \(needed) are needed")
        }
        for problem in problems { work.report(.warning, "typesense.health", problem, nil) }
        var failures = 0
        for (name, entry) in work.record?.collections.sorted(by: { $0.key < $1.key }) ?? [] {
            if let problem = try check(name, entry) {
                failures += 1
                work.report(.error, "typesense.health", problem, nil)
            }
        }
        try memory()
        guard failures == 0 else { return .failed("\(failures) collections are not as they were deployed") }
        return .ok("\(well) of \(work.server.nodes.count) nodes are well")
    }

    private func nodes(_ problems: inout [String]) throws -> Int {
        var (well, leaders) = (0, 0)
        for node in work.server.nodes {
            var health = Server.Request("GET", "health")
            health.timeout = min(work.options.timeout, .seconds(5))
            var debug = Server.Request("GET", "debug")
            debug.timeout = health.timeout
            switch try work.server.attempt(health, at: node) {
            case .failure(let failure): problems.append("the node \(node) does not answer: \(failure.message)")
            case .success(let reply):
                let answer = try? work.server.attempt(debug, at: node).get()
                let state = answer?.json?["state"]?.integer
                let spoken = state.map { Self.states[$0] ?? "state \($0)" } ?? "state unknown"
                work.context.output(
                    "node:\(node)", "\(reply.json?["ok"]?.bool == true ? "well" : "not well"), \(spoken)")
                if reply.json?["ok"]?.bool == true {
                    well += 1
                    leaders += state == 1 ? 1 : 0
                } else {
                    problems.append("the node \(node) is not well: \(reply.message)")
                }
            }
        }
        if work.server.nodes.count > 1, well > 0, leaders != 1 {
            problems.append("\(leaders) nodes say that they lead")
        }
        return well
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
