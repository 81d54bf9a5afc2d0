import Git
import History
import Model
import Pipeline
import Settings
import TestSupport

/// What it costs to see that one file of 100,000 changed, and that none did.
struct PlanningBenchmark: Benchmark {
    let name = "planning"
    private static let changes = 40

    func run() async throws -> [Row] {
        try await ScratchDirectory.with { folder in
            let workspace = try LargeWorkspace.make(
                in: folder, changes: Self.changes,
                extra: [WorkspaceLayout.configurationName: LargeWorkspace.configuration(stages: "[build]")])
            let bench = try await Planning(workspace, folder: folder)
            let changed = try await bench.changed()
            let unchanged = try await bench.unchanged()
            await bench.history.close()
            return changed + unchanged
        }
    }
}

/// The plan path of a cycle, put together as the daemon's composition root does.
private struct Planning {
    let workspace: LargeWorkspace
    let repository: GitRepository
    let store = ConfigurationStore()
    let settings = DaemonSettings.defaults
    let history: HistoryStore

    init(_ workspace: LargeWorkspace, folder: String) async throws {
        self.workspace = workspace
        repository = try await GitRepository.open(workspace.path)
        history = try await HistoryStore.open(at: "\(folder)/history.sqlite")
        let bytes = try await repository.content(of: WorkspaceLayout.configurationName, in: workspace.revisions[0])
        if case .refused(let problems) = store.load(bytes) { throw BenchError("\(problems)") }
    }

    func changed() async throws -> [Row] {
        let clock = ContinuousClock()
        let services = services()
        let started = clock.now
        var states: [ServiceName: ServiceState] = [:]
        for item in try await plan(workspace.revisions[0], services, states).items { deploy(item, &states) }
        let cold = clock.now - started
        var ours: [Cost] = []
        var peers: [Cost] = []
        for change in 1..<workspace.revisions.count {
            var due: [Plan.Item] = []
            ours.append(
                try await Measure.own { due = try await plan(workspace.revisions[change], services, states).due })
            // The changed service, and the nine others where it is the one they depend on.
            let number = LargeWorkspace.changed(in: change)
            guard due.count == (number % 10 == 0 ? 10 : 1),
                due.contains(where: { $0.service.name.text == LargeWorkspace.name(number) })
            else { throw BenchError("change \(change): \(due.count) services due") }
            for item in due { deploy(item, &states) }
            peers.append(
                try await Measure.children {
                    try PeerCommand.git(
                        "diff", "--name-only", workspace.revisions[change - 1].hex, workspace.revisions[change].hex,
                        in: workspace.path)
                })
        }
        for state in states.values { try await history.saveState(state) }
        var row = Row(
            benchmark: "planning", what: "one file of 100,000 changed, 1,000 services: which are due", ours: ours.cpu,
            unit: "ms", peer: "git diff --name-only", peerValue: peers.cpu, target: "under 5 ms",
            note: "\(ours.note); git: \(peers.note); the very first plan takes \(cold.spoken)")
        row.isMet = ours.cpu < 5
        return [row]
    }

    func unchanged() async throws -> [Row] {
        guard let tip = workspace.revisions.last else { return [] }
        // Put together once for each configuration, as Host's WorkspaceConfiguration keeps them.
        let services = services()
        var ours: [Cost] = []
        var peers: [Cost] = []
        for turn in 0..<50 {
            var due = 0
            let cost = try await Measure.own {
                // Whether the configuration changed is asked of its blob; see Host's WorkspaceConfiguration.
                guard try await repository.entry(at: WorkspaceLayout.configurationName, in: tip) != nil else {
                    throw BenchError("no configuration")
                }
                due = try await plan(tip, services, try await history.states()).due.count
            }
            guard due == 0 else { throw BenchError("\(due) services are due though nothing changed") }
            if turn >= 5 { ours.append(cost) }
            peers.append(
                try await Measure.children { try PeerCommand.git("rev-parse", "HEAD", in: workspace.path) })
        }
        var row = Row(
            benchmark: "planning", what: "cycle in which nothing changed, 1,000 services, beside the poll",
            ours: ours.cpu, unit: "ms", peer: "git rev-parse HEAD", peerValue: peers.cpu, target: "under 5 ms",
            note: "\(ours.note); git: \(peers.note)")
        row.isMet = ours.cpu < 5
        return [row]
    }

    private func services() -> [(service: Service, digest: String)] {
        store.current.services(settings).map { ($0, store.current.digest(of: $0.name)) }
    }

    /// As Host's PlanMaker does it.
    private func plan(
        _ services: [(service: Service, digest: String)], _ prints: [Fingerprint?], _ revision: Revision
    ) -> [Planner.Candidate] {
        zip(services, prints).compactMap { entry, print in
            guard var print else { return nil }
            print.configuration = entry.digest
            return Planner.Candidate(service: entry.service, fingerprint: print, revision: revision)
        }
    }

    private func plan(
        _ revision: Revision, _ services: [(service: Service, digest: String)], _ states: [ServiceName: ServiceState]
    ) async throws -> Plan {
        let sources = services.map { FingerprintSource(path: $0.service.path, inputs: $0.service.inputs) }
        let prints = try await repository.fingerprints(of: sources, at: revision)
        return try Planner(now: .now).plan(
            revision: revision, candidates: plan(services, prints, revision), states: states)
    }

    private func deploy(_ item: Plan.Item, _ states: inout [ServiceName: ServiceState]) {
        states[item.service.name] = ServiceState(
            service: item.service.name,
            deployed: Release(revision: item.revision, fingerprint: item.fingerprint, deployedAt: .now))
    }
}
