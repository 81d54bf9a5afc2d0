import Git
import Model
import Pipeline

/// Compares what the services are made of now with what is deployed.
struct PlanMaker: Sendable {
    let origin: Origin
    /// Repositories of services that have a remote of their own.
    let mirrors: ServiceMirrors
    let options: OptionCheck

    struct Made: Sendable {
        var plan: Plan
        /// Services whose entry in `deployer.yaml` cannot be used: their plugins refuse the options.
        var refused: Set<ServiceName>
    }

    /// - Parameters:
    ///   - catalog: the services at `revision`.
    ///   - requested: services to deploy whether or not anything changed, with who asked.
    ///   - paused: services that nothing is deployed of for now, and why.
    ///   - scripts: why restart scripts would not be executed: that is to be known before anything is deployed.
    func plan(
        _ catalog: ServiceCatalog.Listing, at revision: Revision, states: [ServiceName: ServiceState],
        requested: [ServiceName: String], scripts: [ServiceName: String], paused: [ServiceName: String]
    ) async throws(Failure) -> Made {
        let local = catalog.entries.filter { $0.service.remote == nil }
        let sources = local.map { FingerprintSource(path: $0.service.path, inputs: $0.service.inputs) }
        let prints = try await origin.repository.fingerprints(of: sources, at: revision)
        var byName: [ServiceName: Planner.Candidate] = [:]
        for (entry, print) in zip(local, prints) {
            byName[entry.service.name] = candidate(entry, print, at: revision)
        }
        byName.merge(await mirrored(catalog.entries.filter { $0.service.remote != nil }, workspace: revision)) { $1 }
        for (name, reason) in paused { byName[name]?.obstacle = reason }
        let planner = Planner(now: .now, requested: requested)
        let plan = try planner.plan(
            revision: revision, candidates: catalog.entries.compactMap { byName[$0.service.name] }, states: states)
        // Only what would be deployed is worth a worker.
        var obstacles = await options.obstacles(of: plan.due.map(\.service))
        let refused = Set(obstacles.keys)
        for service in plan.due.map(\.service) where service.stages?.contains(.restart) ?? true {
            if let reason = scripts[service.name] { obstacles[service.name] = reason }
        }
        guard !obstacles.isEmpty else { return Made(plan: plan, refused: []) }
        for (name, obstacle) in obstacles { byName[name]?.obstacle = obstacle }
        let held = try planner.plan(
            revision: revision, candidates: catalog.entries.compactMap { byName[$0.service.name] }, states: states)
        return Made(plan: held, refused: refused)
    }

    private func candidate(_ entry: ServiceCatalog.Entry, _ print: Fingerprint?, at revision: Revision)
        -> Planner.Candidate
    {
        guard var print else {
            return Planner.Candidate(
                service: entry.service, fingerprint: Fingerprint(tree: Self.emptyTree), revision: revision,
                obstacle: "its folder '\(entry.service.path)' is not in \(revision.short)")
        }
        print.configuration = entry.digest
        return Planner.Candidate(
            service: entry.service, fingerprint: print, revision: revision, obstacle: entry.obstacle)
    }

    /// Side by side: a server that takes its minute to fail holds up nobody else's.
    private func mirrored(_ entries: [ServiceCatalog.Entry], workspace: Revision) async
        -> [ServiceName: Planner.Candidate]
    {
        await withTaskGroup(of: (ServiceName, Planner.Candidate).self) { group in
            var found: [ServiceName: Planner.Candidate] = [:]
            for (index, entry) in entries.enumerated() {
                if index >= Self.mostPolls, let (name, candidate) = await group.next() { found[name] = candidate }
                group.addTask { (entry.service.name, await mirrored(entry, workspace: workspace)) }
            }
            for await (name, candidate) in group { found[name] = candidate }
            return found
        }
    }

    /// Remotes that are asked at the same time.
    private static let mostPolls = 8

    private func mirrored(_ entry: ServiceCatalog.Entry, workspace: Revision) async -> Planner.Candidate {
        do throws(Failure) {
            let mirror = try await mirrors.current(entry.service)
            let prints = try await mirror.repository.fingerprints(
                of: [FingerprintSource(path: entry.service.path, inputs: entry.service.inputs)], at: mirror.revision)
            return candidate(entry, prints.first ?? nil, at: mirror.revision)
        } catch {
            return Planner.Candidate(
                service: entry.service, fingerprint: Fingerprint(tree: Self.emptyTree), revision: workspace,
                obstacle: "\(error)")
        }
    }

    /// The name git gives the tree without entries.
    static let emptyTree = ObjectID("4b825dc642cb6eb9a060e54bf8d69288fbee4904").unsafelyUnwrapped
}
