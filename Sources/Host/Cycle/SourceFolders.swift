import Git
import Model
import Pipeline
import Settings

/// The worktrees stages work in: one sparse worktree for the whole workspace, one for each service with a remote of
/// its own. Brought to a revision before a cycle, never during one.
actor SourceFolders: StagePreparer {
    private let layout: WorkspaceLayout
    private let options: DaemonOptions
    private let origin: Origin
    private let mirrors: ServiceMirrors
    private let shared: GitWorktree
    /// Paths that are checked out; it only grows, for what vanishes is built from nothing when it comes back.
    private var selection = PathSelection(paths: [])

    init(layout: WorkspaceLayout, options: DaemonOptions, origin: Origin, mirrors: ServiceMirrors) {
        self.layout = layout
        self.options = options
        self.origin = origin
        self.mirrors = mirrors
        shared = GitWorktree(
            repository: origin.repository.path, name: "deployer-deploy", path: layout.deployWorktree)
    }

    /// Brings the sources of a plan's due services, and of all that was deployed before, to the plan's revision.
    func checkOut(_ plan: Plan, deployed: Set<ServiceName>) async throws(Failure) {
        var paths: [String] = []
        var globs: [Glob] = []
        for item in plan.items where item.service.remote == nil {
            var isWanted = deployed.contains(item.service.name)
            if case .deploy = item.decision { isWanted = true }
            guard isWanted else { continue }
            paths.append(item.service.path)
            for input in item.service.inputs { globs.append(try Glob(input)) }
        }
        selection = selection.union(PathSelection(paths: paths, globs: globs))
        try await shared.update(to: plan.revision, selection: selection)
        for item in plan.due where item.service.remote != nil {
            let worktree = GitWorktree(
                repository: layout.clone(item.service.name), name: "deployer-\(item.service.name.fileName)",
                path: layout.worktree(item.service.name))
            try await worktree.update(to: item.revision)
        }
    }

    func request(for item: Plan.Item, stage: Stage, state: ServiceState, operation: String) async throws(Failure)
        -> StageRequest
    {
        let service = item.service
        let root = service.remote == nil ? shared.path : layout.worktree(service.name)
        let request = StageRequest(
            operation: operation, service: service, stage: stage,
            sourceDirectory: service.path.isEmpty ? root : "\(root)/\(service.path)",
            scratchDirectory: layout.scratch(service.name), releaseDirectory: layout.releases(service.name),
            revision: item.revision, previousRevision: state.deployed?.revision,
            changedPaths: await item.changedPaths(since: state.deployed?.revision, in: origin.repository),
            state: state.deployed?.checkpoint,
            timeout: options.timeout(of: stage, for: service))
        try Folder.make(request.scratchDirectory)
        try Folder.make(request.releaseDirectory)
        return request
    }
}

extension Plan.Item {
    /// What changed of the service since it was deployed, relative to its folder. nil when it cannot be told, which plugins
    /// read as "anything may have changed".
    func changedPaths(since old: Revision?, in repository: GitRepository) async -> [String]? {
        guard let old, service.remote == nil else { return nil }
        let path = service.path
        guard let changed = try? await repository.changedPaths(from: old, to: revision, under: path) else {
            return nil
        }
        return changed.map { path.isEmpty ? $0.path : String($0.path.utf8.dropFirst(path.utf8.count + 1)) ?? $0.path }
    }
}
