import Git
import History
import Model
import Pipeline

/// Everything a cycle is made of, put together once by the composition root.
struct CycleParts: Sendable {
    let options: DaemonOptions
    let origin: Origin
    let follower: RevisionFollower
    let configuration: WorkspaceConfiguration
    let catalog: ServiceCatalog
    let planMaker: PlanMaker
    let folders: SourceFolders
    let executor: StageExecutor
    let history: HistoryStore
    let operations: ServiceOperations
    let crashes: CrashWatch
    let narrator: Narrator
    let reports: FailureReports
    let publisher: LogPublisher
    let keeper: HouseKeeper
    let leave: Leave
    let tracked: TrackedPlugins
    let pins: PinKeeper
    /// Digests of the plugins that are ready.
    let pluginDigests: @Sendable () async -> [String]
    /// Whether there are plugins, and none of them is refused: then nobody else could recognise a folder.
    let arePluginsWhole: @Sendable () async -> Bool

    /// The services as a commit has them, as far as they can be worked on.
    func services(at revision: Revision) async throws(Failure) -> [Service] {
        let configured = try await configuration.services(at: revision)
        let known = try await KnownServices.load(history)
        return try await catalog.listing(at: revision, configured: configured, known: known).entries
            .filter { $0.obstacle == nil }.map(\.service)
    }

    /// What a checkout of the due services does not bring along: submodules, LFS pointers.
    func attentions(_ plan: Plan) async -> [String] {
        let paths = plan.due.filter { $0.service.remote == nil }.map(\.service.path)
        let notes = await planMaker.options.notes
        guard !paths.isEmpty else { return notes }
        let found = try? await origin.repository.attentions(in: plan.revision, under: PathSelection(paths: paths))
        return notes + (found ?? []).map(\.description)
    }
}
