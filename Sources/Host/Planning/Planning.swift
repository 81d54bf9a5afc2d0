import ArgumentParser
import Git
import History
import Model
import Net
import PluginStore
import Settings
import Stages
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Plans beside a daemon that may be running: reads its history, and looks at sources in worktrees of its own.
struct Planning: Sendable {
    let invocation: Invocation
    /// Whether the stage `plan` is run.
    let asksPlugins: Bool
    let warn: @Sendable (String) -> Void

    struct Result: Sendable {
        var prospect: CycleEngine.Prospect
        /// Whether the configuration of that commit could be used.
        var isConfigured: Bool
        /// How the stage `plan` of each service that has one ended.
        var outcomes: [ServiceName: StageOutcome] = [:]
        /// What is amiss with the plugins of the commit.
        var pins: [PinNote] = []
    }

    /// SIGINT and SIGTERM end it with everything it started, and nothing of it stays behind.
    func run() async throws -> Result {
        let work = Task { () -> Swift.Result<Result, Failure> in
            do throws(Failure) { return .success(try await plan()) } catch { return .failure(error) }
        }
        let signals = Task { () -> UnixSignal? in
            for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                work.cancel()
                return signal
            }
            return nil
        }
        let result = await work.value
        let isCancelled = work.isCancelled
        signals.cancel()
        if isCancelled { throw ExitCode(await signals.value == UnixSignal.sigint ? 130 : 143) }
        return try result.get()
    }

    /// For whoever heeds signals himself, or needs not.
    func plan() async throws(Failure) -> Result {
        let layout = invocation.layout
        try Folder.make(layout.own)
        try Folder.make(layout.plugins)
        await PlanPlace.sweep(layout)
        // Before the first cycle there is no history; an empty one answers the same.
        let empty = "\(layout.own)/plan-\(getpid()).sqlite"
        let history: HistoryStore
        do throws(Failure) {
            history = try await HistoryStore.openReadOnly(at: layout.history)
        } catch {
            guard error.code.rawValue == "history.none" else { throw error }
            history = try await HistoryStore.open(at: empty)
        }
        let narrator = Narrator(
            folder: layout.logs, show: { if $0.level == .warning || $0.level == .error { warn($0.text) } })
        let around = Generation.Surroundings(
            invocation: invocation, history: history, narrator: narrator, masker: SecretMasker(), groups: .none,
            transport: HTTPTransport())
        let result: Swift.Result<Result, Failure>
        do throws(Failure) { result = .success(try await plan(around)) } catch { result = .failure(error) }
        await around.transport.shutdown()
        await history.close()
        for suffix in ["", "-wal", "-shm", "-lock", ".lock"] { try? Folder.remove(empty + suffix) }
        return try result.get()
    }

    private func plan(_ around: Generation.Surroundings) async throws(Failure) -> Result {
        let place = PlanPlace(invocation.layout)
        let generation = try await Generation.make(around, detection: place.sources)
        let parts = generation.parts
        let result: Swift.Result<Result, Failure>
        do throws(Failure) {
            let prospect = try await generation.engine.plan()
            for note in await parts.planMaker.options.notes { parts.narrator.say(LogLine(note, level: .warning)) }
            var made = Result(prospect: prospect, isConfigured: parts.configuration.problems == nil)
            made.pins = await parts.pins.notes(at: prospect.plan.revision, named: parts.configuration.plugins)
            if asksPlugins {
                let stages = PlanStages(
                    place: place, options: parts.options, origin: parts.origin, runner: parts.executor,
                    looks: parts.catalog.looks, offers: parts.catalog.offers)
                made.outcomes = await stages.run(prospect)
            }
            result = .success(made)
        } catch {
            result = .failure(error)
        }
        await parts.catalog.looks.discard()
        place.removeScratch()
        return try result.get()
    }
}
