import Git
import Model
import Pipeline
import Settings

/// Runs the stage `plan` of services whose plugins have one, due or not: a service that is up to date may have been changed
/// by hand. Nothing of the daemon's is written to.
struct PlanStages: Sendable {
    let place: PlanPlace
    let options: DaemonOptions
    let origin: Origin
    let runner: any StageRunner
    let looks: DetectionFolder
    let offers: @Sendable (String) async -> ServiceCatalog.Offer?

    /// How each of them ended; a service is missing that has no such stage, or is held.
    func run(_ prospect: CycleEngine.Prospect) async -> [ServiceName: StageOutcome] {
        var items: [Plan.Item] = []
        for item in prospect.plan.items where item.isPlannable {
            if await offers(item.service.kind)?.stages.contains(.plan) == true { items.append(item) }
        }
        guard !items.isEmpty else { return [:] }
        var selection = PathSelection(paths: [])
        for item in items where item.service.remote == nil {
            let globs = item.service.inputs.compactMap { try? Glob($0) }
            selection = selection.union(PathSelection(paths: [item.service.path], globs: globs))
        }
        do throws(Failure) {
            return try await looks.look(at: prospect.plan.revision, selection: selection) { [items] root in
                await run(items, prospect.states, root)
            }
        } catch {
            return Dictionary(items.map { ($0.service.name, Self.outcome(of: error)) }) { first, _ in first }
        }
    }

    private func run(_ items: [Plan.Item], _ states: [ServiceName: ServiceState], _ root: String) async
        -> [ServiceName: StageOutcome]
    {
        await withTaskGroup(of: (ServiceName, StageOutcome).self) { group in
            var found: [ServiceName: StageOutcome] = [:]
            for (index, item) in items.enumerated() {
                if index >= options.parallel, let (name, outcome) = await group.next() { found[name] = outcome }
                if Task.isCancelled { break }
                let state = states[item.service.name] ?? ServiceState(service: item.service.name)
                group.addTask { (item.service.name, await run(item, state, root, number: index + 1)) }
            }
            for await (name, outcome) in group { found[name] = outcome }
            return found
        }
    }

    private func run(_ item: Plan.Item, _ state: ServiceState, _ root: String, number: Int) async -> StageOutcome {
        let service = item.service
        var root = root
        do throws(Failure) {
            if service.remote != nil {
                let worktree = place.worktree(service.name)
                try await worktree.update(to: item.revision)
                root = worktree.path
            }
            try Folder.make(place.scratch(service.name))
        } catch {
            return Self.outcome(of: error)
        }
        // Of the same content as the release that runs, an up-to-date service is planned as that: it is not the commits in
        // between that may differ from what is live.
        let deployed = state.deployed?.revision
        let isSame = item.decision == .upToDate
        let request = StageRequest(
            operation: "plan-\(number)", service: service, stage: .plan,
            sourceDirectory: service.path.isEmpty ? root : "\(root)/\(service.path)",
            scratchDirectory: place.scratch(service.name), releaseDirectory: place.layout.releases(service.name),
            revision: isSame ? deployed ?? item.revision : item.revision, previousRevision: deployed,
            changedPaths: isSame ? [] : await item.changedPaths(since: deployed, in: origin.repository),
            state: state.deployed?.checkpoint, timeout: options.timeout(of: .plan, for: service))
        let outcome = await runner.run(request) { _ in }
        if service.remote != nil { try? await place.worktree(service.name).remove() }
        return outcome
    }

    private static func outcome(of failure: Failure) -> StageOutcome {
        StageOutcome(stage: .plan, status: .failed, summary: failure.message)
    }
}

extension Plan.Item {
    /// Whether a deployment of it would be a thing to plan: not of what is held, nor of what is only built and tested.
    fileprivate var isPlannable: Bool {
        if case .held = decision { return false }
        return service.plannedStages.contains(.deploy)
    }
}
