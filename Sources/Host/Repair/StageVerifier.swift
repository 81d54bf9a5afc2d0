import Git
import Model
import Pipeline
import Repair
import Settings

/// Builds and tests a commit in the verification worktree, with caches of its own that stay warm.
actor StageVerifier: RepairVerifier {
    private let layout: WorkspaceLayout
    private let options: DaemonOptions
    private let origin: Origin
    private let runner: any StageRunner
    private let list: @Sendable (Revision) async throws(Failure) -> [Service]
    private let worktree: GitWorktree
    private var selection = PathSelection(paths: [])
    private var count = 0

    /// - Parameter list: the services at a commit.
    init(
        layout: WorkspaceLayout, options: DaemonOptions, origin: Origin, runner: any StageRunner,
        list: @escaping @Sendable (Revision) async throws(Failure) -> [Service]
    ) {
        self.layout = layout
        self.options = options
        self.origin = origin
        self.runner = runner
        self.list = list
        worktree = GitWorktree(repository: origin.repository.path, name: "deployer-verify", path: layout.verifyWorktree)
    }

    func services(at revision: Revision) async throws(Failure) -> [Service] { try await list(revision) }

    func verify(_ commit: Revision, service: Service, events: @escaping @Sendable (StageEvent) -> Void)
        async throws(Failure) -> [StageOutcome]
    {
        let targets = try await targets(service, at: commit)
        var globs: [Glob] = []
        for target in targets { for input in target.inputs { globs.append(try Glob(input)) } }
        selection = selection.union(PathSelection(paths: [service.path], globs: globs))
        // A build may have changed tracked files; what is verified must be the commit and nothing else.
        try await worktree.update(
            to: commit, selection: selection, inspecting: PathSelection(paths: [service.path], globs: globs))
        var outcomes: [StageOutcome] = []
        for target in targets {
            let found = try await verify(commit, target, events)
            // The patch is for one of them; that another one's engine is away is no reason to keep it waiting.
            if target.name != service.name, found.last?.status == .unavailable { continue }
            outcomes += found
            guard outcomes.last?.status.allowsProgress != false else { break }
        }
        return outcomes
    }

    /// The service, and whatever else is made of the same folder: a patch must not break that either.
    private func targets(_ service: Service, at commit: Revision) async throws(Failure) -> [Service] {
        guard service.remote == nil else { return [service] }
        let others = try await list(commit).filter {
            $0.remote == nil && $0.path == service.path && $0.name != service.name
        }
        return [service] + others
    }

    private func verify(
        _ commit: Revision, _ service: Service, _ events: @escaping @Sendable (StageEvent) -> Void
    ) async throws(Failure) -> [StageOutcome] {
        try Folder.make(layout.verificationScratch(service.name))
        var outcomes: [StageOutcome] = []
        for stage in service.plannedStages where stage == .build || stage == .test {
            count += 1
            var request = StageRequest(
                operation: "v\(count)-\(commit.short)", service: service, stage: stage,
                sourceDirectory: service.path.isEmpty ? worktree.path : "\(worktree.path)/\(service.path)",
                scratchDirectory: layout.verificationScratch(service.name),
                releaseDirectory: layout.releases(service.name), revision: commit,
                timeout: options.timeout(of: stage, for: service))
            request.isVerification = true
            let outcome = await runner.run(request, events: events)
            outcomes.append(outcome)
            guard outcome.status.allowsProgress else { break }
        }
        return outcomes
    }
}
