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
    private let syntax: SyntaxCheck
    private let findings: @Sendable (ServiceName) async throws(Failure) -> OpenFindings
    private let worktree: GitWorktree
    private var selection = PathSelection(paths: [])
    private var count = 0

    /// - Parameters:
    ///   - list: the services at a commit.
    ///   - findings: what is wrong with a service since its last attempt.
    init(
        layout: WorkspaceLayout, options: DaemonOptions, origin: Origin, runner: any StageRunner,
        list: @escaping @Sendable (Revision) async throws(Failure) -> [Service], syntax: SyntaxCheck,
        findings: @escaping @Sendable (ServiceName) async throws(Failure) -> OpenFindings
    ) {
        self.syntax = syntax
        self.findings = findings
        self.layout = layout
        self.options = options
        self.origin = origin
        self.runner = runner
        self.list = list
        worktree = GitWorktree(repository: origin.repository.path, name: "deployer-verify", path: layout.verifyWorktree)
    }

    func services(at revision: Revision) async throws(Failure) -> [Service] { try await list(revision) }

    func verify(_ commit: Revision, services: [Service], events: @escaping @Sendable (StageEvent) -> Void)
        async throws(Failure) -> [StageOutcome]
    {
        let targets = Self.targets(services, among: try await list(commit))
        let paths = targets.filter { $0.remote == nil }.map(\.path)
        var globs: [Glob] = []
        for target in targets { for input in target.inputs { globs.append(try Glob(input)) } }
        selection = selection.union(PathSelection(paths: paths, globs: globs))
        // A build may have changed tracked files; what is verified must be the commit and nothing else.
        try await worktree.update(
            to: commit, selection: selection, inspecting: PathSelection(paths: paths, globs: globs))
        let named = Set(services.map(\.name))
        var outcomes: [StageOutcome] = []
        for target in targets {
            let found = try await verify(commit, target, events)
            // The patch is for others; that this one's engine is away is no reason to keep it waiting.
            if !named.contains(target.name), found.last?.status == .unavailable { continue }
            outcomes += found
            guard outcomes.last?.status.allowsProgress != false else { break }
        }
        return outcomes
    }

    func syntaxErrors(_ files: [String: [UInt8]]) async throws(Failure) -> [Diagnostic] {
        try await syntax.errors(files)
    }

    func openFindings(of service: Service) async throws(Failure) -> OpenFindings { try await findings(service.name) }

    /// The services, whatever else is made of the same folders, and all that depend on any of them: a patch must not break
    /// those either. In the order of `services`, then in the catalogue's.
    static func targets(_ services: [Service], among all: [Service]) -> [Service] {
        var targets = services
        var names = Set(services.map(\.name))
        let folders = Set(services.filter { $0.remote == nil }.map(\.path))
        for other in all where other.remote == nil && folders.contains(other.path) {
            if names.insert(other.name).inserted { targets.append(other) }
        }
        var hasGrown = true
        while hasGrown {
            hasGrown = false
            for other in all where other.remote == nil && other.dependsOn.contains(where: names.contains) {
                guard names.insert(other.name).inserted else { continue }
                targets.append(other)
                hasGrown = true
            }
        }
        return targets
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
