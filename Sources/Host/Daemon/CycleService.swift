import Model
import ServiceLifecycle

/// The daemon's heart: a cycle, a pause, a cycle - until it is told to end.
struct CycleService: ServiceLifecycle.Service {
    let engine: CycleEngine
    let options: DaemonOptions
    let narrator: Narrator
    let nudge: Nudge
    let notifier: SystemdNotifier
    /// Asked after each cycle; where it has another generation, the loop ends.
    let reloader: Reloader
    /// The settings that a commit asked for and this generation was made for.
    let honoured: DaemonOptions?
    /// Told after each cycle.
    let afterEach: @Sendable () -> Void
    /// Called once after the first cycle: what a newcomer may try.
    let afterFirst: @Sendable () -> Void

    func run() async throws {
        let loop = Task { await self.loop() }
        await withGracefulShutdownHandler {
            // Another part that died takes this one with it: half a daemon deploys, and nobody hears of it.
            await withTaskCancellationHandler {
                await loop.value
            } onCancel: {
                loop.cancel()
                Task { await engine.end() }
            }
        } onGracefulShutdown: {
            notifier.stopping(within: stopTime(rollbacks: 1))
            narrator.say(LogLine("asked to end: builds and tests are ended, deploys finished first"))
            loop.cancel()
            Task {
                let rollbacks = await engine.rollbacksInARow()
                if rollbacks > 1 { notifier.stopping(within: stopTime(rollbacks: rollbacks)) }
                await engine.end(after: options.shutdownGrace)
            }
        }
    }

    /// What the end may take: the grace, then the rollbacks of what it cut off, one after the other where a group is live.
    private func stopTime(rollbacks: Int) -> Duration {
        options.shutdownGrace + (options.stageTimeouts[.rollback] ?? options.defaultStageTimeout) * rollbacks
            + .seconds(30)
    }

    private func loop() async {
        var errors = RepeatedErrors()
        var honoured = honoured
        var isFirst = true
        while !Task.isCancelled {
            // The cycle itself is not cancelled with the loop: it ends by the engine's own, orderly way.
            let cycle = Task { [honoured] () -> Result<CycleEngine.Summary, Failure> in
                do throws(Failure) { return .success(try await engine.run(honouring: honoured)) } catch {
                    return .failure(error)
                }
            }
            let ahead = Task { await self.lookAhead() }
            switch await cycle.value {
            case .success(let summary):
                if errors.recovered() { narrator.say(LogLine("\(options.remote) answers again")) }
                notifier.status(Self.status(summary))
                // An idle look at origin leaves nothing to mend.
                if summary.outcome != nil || summary.hasOperated || !summary.unhealthy.isEmpty { afterEach() }
            case .failure(let failure) where failure.code == Waits.ending:
                return
            case .failure(let failure) where failure.code == CycleEngine.otherSettings:
                ahead.cancel()
                if await reloader.prepare() { return }
                // The commit is not to wait for settings that cannot be had.
                honoured = await engine.yieldedTo
                continue
            case .failure(let failure):
                if errors.isWorthTelling(failure) { narrator.say(LogLine("\(failure)", level: .error)) }
                notifier.status(failure.message)
            }
            ahead.cancel()
            if isFirst { afterFirst() }
            isFirst = false
            if Task.isCancelled { return }
            switch await reloader.cause() {
            case .request:
                if await reloader.prepare() { return }
                await rest()
            case .commit:
                // Two commits that send it to each other must not keep it busy.
                await rest()
                if Task.isCancelled { return }
                if await reloader.prepare() { return }
            case nil:
                await rest()
            }
        }
    }

    private func rest() async {
        // Polls that are seconds apart would spend more on mapping it again than on looking.
        if options.interval >= .seconds(10) { ResidentMemory.releaseCode() }
        await nudge.wait(atMost: pause)
    }

    private func lookAhead() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: pause) } catch { return }
            await engine.lookAhead()
        }
    }

    /// The interval, spread so that many daemons do not ask one server at the same moment.
    private var pause: Duration {
        let share = 1 + Double.random(in: -options.jitter...options.jitter)
        return .milliseconds(Int64(Double(options.interval.wholeMilliseconds) * share))
    }

    private static func status(_ summary: CycleEngine.Summary) -> String {
        let bad = summary.unhealthy.map(\.text).joined(separator: ", ")
        let state =
            bad.isEmpty ? "\(summary.revision.short) is deployed" : "\(summary.revision.short); not well: \(bad)"
        return summary.outage.map { "\(state); \($0)" } ?? state
    }
}

/// Tells an error once, and again after an hour: a remote that is away for a night is one line, not a thousand.
struct RepeatedErrors {
    private var last: (text: String, at: ContinuousClock.Instant)?

    mutating func isWorthTelling(_ failure: Failure) -> Bool {
        let text = failure.code.rawValue + failure.message
        let now = ContinuousClock.now
        if let last, last.text == text, now - last.at < .seconds(3600) { return false }
        last = (text, now)
        return true
    }

    /// True when there was an error before.
    mutating func recovered() -> Bool {
        defer { last = nil }
        return last != nil
    }
}
