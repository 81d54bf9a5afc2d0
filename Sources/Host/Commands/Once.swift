import Model
import Settings
import Stages
import UnixSignals

/// `host run --once`: the inbox, then one cycle. SIGTERM and SIGINT end it as they end the daemon: builds, tests and
/// verifications at once, deploys when they are done.
struct Once: Sendable {
    let around: Generation.Surroundings

    /// Returns true when every due service is deployed and healthy.
    func run() async throws(Failure) -> Bool {
        var generation = try await Generation.make(around, pins: .waiting)
        let narrator = around.narrator
        for warning in generation.settings.warnings { narrator.say(LogLine("\(warning)", level: .warning)) }
        for (name, failure) in await generation.supervise.adopt().failures {
            narrator.say(LogLine("it could not be taken over: \(failure)", level: .error, service: name.service))
        }
        try generation.inbox.prepare()
        let work = Task { [inbox = generation.inbox] in await inbox.drain() }
        let charge = EngineInCharge(generation)
        let signals = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                narrator.say(LogLine("asked to end: builds and tests are ended, deploys finished first"))
                work.cancel()
                await charge.end()
            }
        }
        defer { signals.cancel() }
        let inbox = await work.value
        let summary = try await cycle(&generation, charge)
        let repairs = Task { [generation] in await Self.mend(generation) }
        await charge.include(repairs)
        await repairs.value
        _ = await generation.proposals?.step()
        if let problems = generation.parts.configuration.problems { throw problems.failure }
        let isWell = tell(summary) && inbox.waiting == 0
        guard summary.mistaken.isEmpty else {
            let names = summary.mistaken.sorted().map { "'\($0)'" }.joined(separator: ", ")
            throw Failure(
                .configurationInvalid, "deployer.yaml says of \(names) what the plugins do not know",
                remedy: "see above, correct it and push; what else was due is done")
        }
        return isWell
    }

    /// Takes failures as far as they go by themselves; what comes of it is for the next run.
    private static func mend(_ generation: Generation) async {
        while !Task.isCancelled {
            let outlook = await generation.coders.step()
            if await generation.coders.isAsking {
                await withTaskCancellationHandler {
                    await generation.coders.settle()
                } onCancel: {
                    Task { await generation.coders.end() }
                }
                _ = await generation.inbox.drain()
            } else if outlook.hasSent {
                _ = await generation.inbox.drain()
            } else {
                return
            }
        }
    }

    /// One cycle, by a generation that works by the settings of its commit.
    private func cycle(_ generation: inout Generation, _ charge: EngineInCharge) async throws(Failure)
        -> CycleEngine.Summary
    {
        var honoured: DaemonOptions?
        while true {
            do throws(Failure) {
                return try await generation.engine.run(honouring: honoured)
            } catch {
                guard error.code == CycleEngine.otherSettings else { throw error }
                honoured = await generation.engine.yieldedTo
                generation = try await Generation.make(around, pins: .waiting)
                await charge.replace(by: generation)
            }
        }
    }

    private func tell(_ summary: CycleEngine.Summary) -> Bool {
        let narrator = around.narrator
        if summary.outcome == nil, summary.unhealthy.isEmpty {
            narrator.say(LogLine("nothing is due at \(summary.revision.short)"))
        }
        for name in summary.unhealthy {
            narrator.say(
                LogLine("not deployed and healthy; `host status` says why", level: .error, service: name))
        }
        return summary.unhealthy.isEmpty
    }
}
