import Git
import Model
import Pipeline
import Repair
import Settings

/// Builds and tests commits in worktrees of their own, one for each service that is mended, with caches that stay warm: a patch
/// for one service does not wait for another's, and finds what its predecessor has built.
actor StageVerifier: RepairVerifier {
    private let layout: WorkspaceLayout
    private let options: DaemonOptions
    private let origin: Origin
    private let runner: any StageRunner
    private let list: @Sendable (Revision) async throws(Failure) -> [Service]
    private let sandbox: VerificationSandbox
    private let syntax: SyntaxCheck
    private let findings: @Sendable (ServiceName) async throws(Failure) -> OpenFindings
    private var lanes: [ServiceName: Lane] = [:]
    private var count = 0

    /// Where one service's patches are tried, one after the other.
    private struct Lane {
        let worktree: GitWorktree
        var selection = PathSelection(paths: [])
    }

    /// - Parameters:
    ///   - list: the services at a commit.
    ///   - findings: what is wrong with a service since its last attempt.
    init(
        layout: WorkspaceLayout, options: DaemonOptions, origin: Origin, runner: any StageRunner,
        sandbox: VerificationSandbox,
        list: @escaping @Sendable (Revision) async throws(Failure) -> [Service], syntax: SyntaxCheck,
        findings: @escaping @Sendable (ServiceName) async throws(Failure) -> OpenFindings
    ) {
        self.sandbox = sandbox
        self.syntax = syntax
        self.findings = findings
        self.layout = layout
        self.options = options
        self.origin = origin
        self.runner = runner
        self.list = list
    }

    func services(at revision: Revision) async throws(Failure) -> [Service] { try await list(revision) }

    /// The caller sees to it that no two verifications have a first service in common at the same time.
    func verify(_ commit: Revision, services: [Service], events: @escaping @Sendable (StageEvent) -> Void)
        async throws(Failure) -> [StageOutcome]
    {
        guard let name = services.first?.name else { return [] }
        let targets = Self.targets(services, among: try await list(commit))
        let worktree = try await worktree(of: name, at: commit, holding: targets)
        let named = Set(services.map(\.name))
        var outcomes: [StageOutcome] = []
        for target in targets {
            // Each is built from its own sources: what failed in one says nothing of the next.
            var found = try await verify(commit, target, in: worktree, of: name, events)
            // The patch is for others; that this one's engine is away is no reason to keep it waiting, but it was not tried.
            if !named.contains(target.name), let last = found.last, last.status == .unavailable {
                found[found.count - 1].status = .unsupported
                found[found.count - 1].summary = "not tried: \(last.summary)"
            }
            outcomes += found
            if found.last?.status == .cancelled { break }
        }
        return outcomes
    }

    /// The service's worktree with the targets' files as they are at the commit.
    private func worktree(of name: ServiceName, at commit: Revision, holding targets: [Service])
        async throws(Failure) -> GitWorktree
    {
        let paths = targets.filter { $0.remote == nil }.map(\.path)
        var globs: [Glob] = []
        for target in targets { for input in target.inputs { globs.append(try Glob(input)) } }
        var lane =
            lanes[name]
            ?? Lane(
                worktree: GitWorktree(
                    repository: origin.repository.path, at: layout.verificationWorktree(name)))
        lane.selection = lane.selection.union(PathSelection(paths: paths, globs: globs))
        lanes[name] = lane
        // A build may have changed tracked files; what is verified must be the commit and nothing else.
        try await lane.worktree.update(
            to: commit, selection: lane.selection, inspecting: PathSelection(paths: paths, globs: globs))
        return lane.worktree
    }

    func content(of services: [Service], at commit: Revision) async throws(Failure) -> RepairContent {
        let targets = Self.targets(services, among: try await list(commit))
        let prints = try await origin.repository.fingerprints(
            of: targets.map { FingerprintSource(path: $0.path, inputs: $0.inputs) }, at: commit)
        return RepairContent(
            services: targets,
            digests: prints.map { print in
                guard let print else { return "" }
                return ([print.tree.hex] + print.inputs.sorted { $0.key < $1.key }.map(\.value)).joined(separator: " ")
            })
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
        _ commit: Revision, _ service: Service, in worktree: GitWorktree, of lane: ServiceName,
        _ events: @escaping @Sendable (StageEvent) -> Void
    ) async throws(Failure) -> [StageOutcome] {
        let scratch = layout.verificationScratch(service.name, for: lane)
        try Folder.make(scratch)
        var outcomes: [StageOutcome] = []
        for stage in service.plannedStages where stage == .build || stage == .test {
            count += 1
            var request = StageRequest(
                operation: "v\(count)-\(commit.short)", service: service, stage: stage,
                sourceDirectory: service.path.isEmpty ? worktree.path : "\(worktree.path)/\(service.path)",
                scratchDirectory: scratch,
                releaseDirectory: layout.releases(service.name), revision: commit,
                timeout: options.timeout(of: stage, for: service))
            request.mended = lane
            if try await sandbox.confines() { request.confinedTo = [worktree.path, scratch] }
            var outcome = await runner.run(request, events: events)
            outcome.service = service.name
            outcomes.append(outcome)
            guard outcome.status.allowsProgress else { break }
        }
        return outcomes
    }
}
