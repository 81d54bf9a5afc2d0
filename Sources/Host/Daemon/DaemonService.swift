import Logging
import Model
import ServiceLifecycle
import Settings
import Stages
import UnixSignals

/// The daemon: one generation of parts after the other, until it is told to end. A reload (SIGHUP, or settings that a
/// commit changed) makes the next one; history, terminal and running services stay.
struct DaemonService: ServiceLifecycle.Service {
    let around: Generation.Surroundings
    let notifier: SystemdNotifier
    /// Told once after the first cycle.
    let welcome: (@Sendable () -> Void)?

    func run() async throws {
        let reload = ReloadRequest()
        let hangups = Task {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                around.narrator.say(LogLine("asked to reload (SIGHUP)"))
                notifier.reloading()
                reload.request()
            }
        }
        defer { hangups.cancel() }
        // Without a first generation there is nothing to run.
        var generation = try await Generation.make(around, bridgesOutages: true, pins: .aside)
        await begin(generation)
        var greeting = welcome
        var honoured: DaemonOptions?
        while true {
            notifier.ready("watching \(generation.parts.origin.remote)")
            let reloader = Reloader(
                request: reload,
                isChanged: { [generation] in
                    DaemonOptions(await generation.parts.configuration.current) != generation.options
                },
                make: { [around] () throws(Failure) in
                    try await Generation.make(around, bridgesOutages: true, pins: .aside)
                },
                failed: { [around, notifier, generation] failure, isNews in
                    if isNews {
                        around.narrator.say(
                            LogLine("the reload failed, and everything stays as it was: \(failure)", level: .error))
                    }
                    notifier.ready("watching \(generation.parts.origin.remote); the reload failed: \(failure.message)")
                })
            try await run(generation, reloader: reloader, honoured: honoured, welcome: greeting)
            honoured = await generation.engine.yieldedTo
            // One that makes way before its first cycle has not shown anything yet.
            if await generation.engine.hasBegun { greeting = nil }
            guard let next = reloader.next, !Task.isShuttingDownGracefully else { return }
            generation = next
            for warning in next.settings.warnings { around.narrator.say(LogLine("\(warning)", level: .warning)) }
            around.narrator.say(
                LogLine(
                    "the settings were read again and are in force; watching \(next.parts.origin.remote), "
                        + "branch '\(next.options.branch)'"))
        }
    }

    private func begin(_ generation: Generation) async {
        let narrator = around.narrator
        for warning in generation.settings.warnings { narrator.say(LogLine("\(warning)", level: .warning)) }
        narrator.say(LogLine("watching \(generation.parts.origin.remote), branch '\(generation.options.branch)'"))
        for plugin in await generation.registry.list() {
            guard plugin.state != .ready else { continue }
            narrator.say(LogLine("plugin \(plugin.path) is not used; see `list-plugins`", level: .warning))
        }
        let adoption = await generation.supervise.adopt()
        for name in adoption.adopted {
            narrator.say(LogLine("its supervisor was gone; it is supervised again", service: name.service))
        }
        for (name, failure) in adoption.failures {
            narrator.say(LogLine("it could not be taken over: \(failure)", level: .error, service: name.service))
        }
    }

    private func run(
        _ generation: Generation, reloader: Reloader, honoured: DaemonOptions?, welcome: (@Sendable () -> Void)?
    )
        async throws
    {
        reloader.request.onRequest { generation.nudge.now() }
        let cycles = CycleService(
            engine: generation.engine, options: generation.options, narrator: around.narrator,
            nudge: generation.nudge, notifier: notifier, reloader: reloader, honoured: honoured,
            afterEach: {
                generation.coderNudge.now()
                generation.proposalNudge.now()
            }, afterFirst: { welcome?() })
        let watch = PluginWatchService(
            watcher: PluginWatcher(
                generation.registry,
                onChange: {
                    around.narrator.say(LogLine("the plugins have changed; see `list-plugins`"))
                    await generation.rememberPlugins()
                    generation.nudge.now()
                }))
        let inbox = InboxWatchService(
            folder: generation.inboxFolder, service: generation.inbox, narrator: around.narrator)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: watch), .init(service: inbox),
            .init(service: CoderService(desk: generation.coders, nudge: generation.coderNudge)),
            .init(service: PinService(keeper: generation.parts.pins)),
            // Whether it ends for a reload or for good: the others end with it, in order.
            .init(service: cycles, successTerminationBehavior: .gracefullyShutdownGroup),
        ]
        if let keeper = generation.proposals {
            services.insert(.init(service: ProposalService(keeper: keeper, nudge: generation.proposalNudge)), at: 0)
        }
        if let web = web(generation) { services.append(.init(service: web)) }
        let group = ServiceGroup(
            configuration: .init(
                services: services, logger: Logger(label: "deployer") { _ in SwiftLogNoOpLogHandler() }))
        try await group.run()
    }

    /// The HTTP listener; nil where nobody wants one.
    private func web(_ generation: Generation) -> WebService? {
        let (masker, narrator) = (around.masker, around.narrator)
        return WebService(
            generation.settings,
            services: HostAgentServices(
                invocation: around.invocation, mask: { masker.mask($0) }, say: { narrator.say($0) }),
            webhooks: generation.webhooks, say: { narrator.say($0) })
    }
}

/// Notices plugins that are dropped in, replaced or removed.
struct PluginWatchService: ServiceLifecycle.Service {
    let watcher: PluginWatcher
    func run() async throws { await cancelWhenGracefulShutdown { await watcher.run() } }
}
