import Coders
import Diagnostics
import Git
import History
import Model
import Net
import Pipeline
import PluginStore
import Repair
import Settings
import Stages

/// Everything that works by one set of settings, put together. Other settings make another generation; the history, the
/// terminal and the services that run live on.
struct Generation: Sendable {
    let options: DaemonOptions
    let settings: DaemonSettings
    let parts: CycleParts
    let engine: CycleEngine
    let inbox: InboxService
    let coders: CoderDesk
    /// nil where nothing is proposed.
    let proposals: (any ProposalCare)?
    /// nil where no webhooks are taken.
    let webhooks: WebhookReceiver?
    let inboxFolder: String
    let registry: PluginRegistry
    let memory: DetectionMemory
    let supervise: ServiceControl
    let nudge: Nudge
    /// Wakes whoever works on failures.
    let coderNudge: Nudge
    let proposalNudge: Nudge
    let stages: StageParts

    /// What lives longer than a generation.
    struct Surroundings: Sendable {
        let invocation: Invocation
        let history: HistoryStore
        let narrator: Narrator
        let masker: SecretMasker
        let groups: ControlGroups
        /// Shut down by whoever made it, after the last generation.
        let transport: HTTPTransport
    }

    /// - Parameters:
    ///   - detection: where plugins look at folders, for whoever works beside a daemon; nil is the daemon's own place.
    ///   - bridgesOutages: while origin is away, work goes on with the commit that was followed last.
    ///   - pins: what is done about plugins that a commit pins.
    static func make(
        _ around: Surroundings, detection: String? = nil, bridgesOutages: Bool = false,
        pins: PinKeeper.Mode = .watching
    ) async throws(Failure) -> Generation {
        let invocation = around.invocation
        let layout = invocation.layout
        let narrator = around.narrator
        let repository = try await GitRepository.open(layout.root)
        let (store, settings, home) = try await invocation.configuration(of: repository)
        let options = DaemonOptions(settings)
        for secret in options.secrets { around.masker.register(secret) }
        // A key that cannot be used is said now, and not by each poll.
        try options.appTokens?.check()
        options.appTokens?.tell { [masker = around.masker] in masker.register($0) }

        let transport = around.transport
        let client = RemoteClient(executable: invocation.binaries.transport, deadline: options.gitDeadline)
        let poller = RefPoller(transport: transport, client: client, deadline: options.gitDeadline)
        let origin = try await makeOrigin(repository, layout, options, client, poller)
        let mirrors = ServiceMirrors(
            layout: layout, client: client, poller: poller, options: options, home: origin.remote.url,
            say: { narrator.say($0) })

        let tracked = TrackedPlugins(root: layout.root)
        await tracked.refresh(repository, references: ["HEAD", origin.tracking])
        let stages = try StageParts(
            invocation, narrator: narrator, masker: around.masker, groups: around.groups, options: options,
            transport: transport, tracked: tracked, settings: settings, keepsOutput: detection == nil)

        let configuration = WorkspaceConfiguration(
            repository: repository, store: store, settings: settings,
            resolve: { (configuration) throws(ConfigurationProblems) in
                do throws(Failure) {
                    return try invocation.settings(under: configuration, home: home)
                } catch {
                    throw ConfigurationProblems(.init(source: "settings", message: "\(error)"))
                }
            },
            warn: { problems in
                for problem in problems.problems { narrator.say(LogLine("\(problem)", level: .error)) }
                narrator.say(LogLine("the last good configuration stays in force", level: .warning))
            })
        let folders = SourceFolders(layout: layout, options: options, origin: origin, mirrors: mirrors)
        let looks = DetectionFolder(
            repository: repository.path, path: detection ?? "\(layout.worktrees)/detect")
        let memory = DetectionMemory(history: around.history)
        await memory.use(plugins: await stages.fingerprint())
        let catalog = ServiceCatalog(
            repository: repository, offers: { await stages.offer(of: $0) }, kinds: { await stages.kinds() },
            place: { configuration.place(of: $0, $1) },
            detect: { await stages.plugins.detect(sourceDirectory: $0) },
            looks: looks, memory: memory, companions: options.companions)
        let check = OptionCheck(
            check: { await stages.plugins.check($0) }, plugins: { await memory.pluginSet },
            schema: { await stages.optionSchema(of: $0) }, place: { configuration.place(of: $0, $1) })
        let publisher = LogPublisher(
            origin: origin, layout: layout, branch: options.logBranch, keeping: options.logBranchCycles,
            warn: { narrator.say(LogLine($0, level: .warning)) })
        let masker = around.masker
        let registry = stages.registry
        let storeParts = PluginStoreParts(
            invocation: invocation, options: options, deadline: settings.timeout(of: .build), home: origin.remote.url,
            groups: around.groups)
        let pinKeeper = PinKeeper(
            repository: repository, layout: layout, mode: pins,
            store: { () throws(Failure) in
                try storeParts.store(
                    consent: NoConsent(), others: { await registry.list() },
                    say: { narrator.say(LogLine("plugins: \($0)")) })
            },
            installed: {
                // A daemon's watcher notices by itself.
                guard pins == .waiting, await registry.rescan() else { return }
                await memory.use(plugins: await stages.fingerprint())
            }, say: { narrator.say($0) })
        let parts = CycleParts(
            options: options, origin: origin,
            follower: RevisionFollower(
                origin: origin, followsForcePush: options.followsForcePush, bridgesOutages: bridgesOutages,
                beforeForward: { await tracked.refresh(repository, references: ["HEAD", origin.tracking]) }),
            configuration: configuration, catalog: catalog,
            planMaker: PlanMaker(origin: origin, mirrors: mirrors, options: check), folders: folders,
            executor: stages.executor,
            history: around.history, operations: ServiceOperations(history: around.history),
            crashes: CrashWatch(history: around.history) { [supervise = stages.supervise] in supervise.crashes() },
            narrator: narrator,
            reports: FailureReports(
                repository: repository, mask: { masker.mask($0) }, excerpt: { narrator.excerpt(of: $0) },
                keep: { [history = around.history] report, document in
                    do throws(Failure) { try await history.keep(report, document) } catch {
                        narrator.say(LogLine("the report '\(report.id)' could not be kept: \(error)", level: .warning))
                    }
                }),
            publisher: publisher,
            keeper: HouseKeeper(layout: layout, options: options, history: around.history, mirrors: mirrors),
            leave: Leave(
                layout: layout, history: around.history, supervise: stages.supervise,
                restart: stages.executor.restart), tracked: tracked,
            pins: pinKeeper,
            pluginDigests: { await stages.pluginDigests() }, arePluginsWhole: { await stages.areWhole() })
        let engine = CycleEngine(parts: parts)
        let nudge = Nudge()
        let coderNudge = Nudge()
        let proposalNudge = Nudge()
        let forge = ForgeParts(settings: settings, remote: origin.remote.url, say: { narrator.say($0) })
        let proposals = forge.keeper(parts: parts, transport: transport, merged: { nudge.now() })
        let webhooks = forge.webhooks(
            .init(
                source: { nudge.now() },
                proposals: { number in
                    Task {
                        if let number { await (proposals as? ProposalKeeper)?.hear(of: number) }
                        proposalNudge.now()
                    }
                }))
        let inbox = InboxParts(parts: parts, stages: stages, layout: layout, mask: { masker.mask($0) }).make(
            applied: {
                nudge.now()
                Task { await engine.hurry() }
            }, decided: { coderNudge.now() },
            proposed: { (verdict, feedback) throws(Failure) in
                try await proposals?.proposed(verdict, feedback)
                proposalNudge.now()
            })
        let coders = CoderDesk(
            parts: parts, settings: settings, layout: layout,
            factory: CoderFactory(
                settings: settings, transport: transport, processes: stages.processes, masker: masker,
                gate: BudgetGate(
                    ledger: HistoryCoderLedger(history: around.history), limits: CoderFactory.limits(settings),
                    prices: CoderFactory.prices(settings)),
                recorder: HistoryCoderRecorder(history: around.history, narrator: narrator), layout: layout),
            inbox: FeedbackDrop(layout: layout, limit: options.feedbackLimit))
        return Generation(
            options: options, settings: settings, parts: parts, engine: engine, inbox: inbox, coders: coders,
            proposals: proposals, webhooks: webhooks,
            inboxFolder: layout.feedback, registry: stages.registry, memory: memory, supervise: stages.supervise,
            nudge: nudge, coderNudge: coderNudge, proposalNudge: proposalNudge, stages: stages)
    }

    private static func makeOrigin(
        _ repository: GitRepository, _ layout: WorkspaceLayout, _ options: DaemonOptions, _ client: RemoteClient,
        _ poller: RefPoller
    ) async throws(Failure) -> Origin {
        guard let text = try await repository.url(ofRemote: options.remote) else {
            throw Failure(
                .init("workspace.missing"), "'\(layout.root)' has no remote '\(options.remote)'",
                remedy: "add one with `git remote add \(options.remote) <url>`")
        }
        let url = try RemoteURL(text, relativeTo: layout.root)
        return Origin(
            repository: repository, remote: try options.remote(options.remote, at: url, home: url), client: client,
            poller: poller, branch: options.branch,
            identity: options.identity)
    }

    /// What plugins said of folders holds for one set of plugins.
    func rememberPlugins() async { await memory.use(plugins: await stages.fingerprint()) }
}
