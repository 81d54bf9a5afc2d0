import Logging
import Model
import ServiceLifecycle
import Settings
import Stages
import Synchronization
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
        var isFirst = true
        while true {
            let generation: Generation
            do throws(Failure) {
                generation = try await Generation.make(around)
            } catch {
                // Without a first generation there is nothing to run; later, the old settings would be gone.
                if isFirst { throw error }
                around.narrator.say(LogLine("the reload failed: \(error)", level: .error))
                notifier.status(error.message)
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(5)) }
                continue
            }
            reload.clear()
            if isFirst { await begin(generation) }
            notifier.ready("watching \(generation.parts.origin.remote)")
            try await run(generation, reload: reload, welcome: isFirst ? welcome : nil)
            isFirst = false
            guard reload.isRequested else { return }
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
        do throws(Failure) {
            for name in try await generation.supervise.adopt() {
                narrator.say(LogLine("its supervisor was gone; it is supervised again", service: name.service))
            }
        } catch {
            narrator.say(LogLine("services could not be taken over: \(error)", level: .error))
        }
    }

    private func run(_ generation: Generation, reload: ReloadRequest, welcome: (@Sendable () -> Void)?) async throws {
        reload.onRequest { generation.nudge.now() }
        let cycles = CycleService(
            engine: generation.engine, options: generation.options, narrator: around.narrator,
            nudge: generation.nudge, notifier: notifier,
            isReloadDue: {
                if reload.isRequested { return true }
                // A commit changed the daemon's own settings: the same as a reload.
                guard DaemonOptions(await generation.parts.configuration.current) != generation.options else {
                    return false
                }
                reload.request()
                return true
            },
            afterFirst: { welcome?() })
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
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: watch), .init(service: inbox),
                    // Whether it ends for a reload or for good: the others end with it, in order.
                    .init(service: cycles, successTerminationBehavior: .gracefullyShutdownGroup),
                ], logger: Logger(label: "deployer") { _ in SwiftLogNoOpLogHandler() }))
        try await group.run()
    }
}

/// Whether the settings are to be read again.
final class ReloadRequest: Sendable {
    private struct State {
        var isRequested = false
        var wake: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())

    var isRequested: Bool { state.withLock { $0.isRequested } }
    func clear() { state.withLock { $0.isRequested = false } }
    func onRequest(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }
    func request() {
        let wake = state.withLock { state in
            state.isRequested = true
            return state.wake
        }
        wake?()
    }
}

/// Notices plugins that are dropped in, replaced or removed.
struct PluginWatchService: ServiceLifecycle.Service {
    let watcher: PluginWatcher
    func run() async throws { await cancelWhenGracefulShutdown { await watcher.run() } }
}
