import Git
import History
import Model
import Pipeline

/// Runs cycles, one at a time: look at origin, plan, bring the sources, drive the stages, publish what was learnt.
actor CycleEngine {
    /// What a cycle came to.
    struct Summary: Sendable {
        var revision: Revision
        /// nil when nothing was due or nothing could be begun any more: there was no cycle.
        var outcome: CycleRecord.Outcome?
        /// Due services that are not deployed and healthy: failed now, or held back for an earlier failure.
        var unhealthy: [ServiceName]
        /// Those of them whose entry in `deployer.yaml` cannot be used.
        var mistaken: Set<ServiceName> = []
        /// Something was done that was asked for, or a crash was looked into.
        var hasOperated = false
        /// Everything but the stages' own time.
        var ownTime: Duration
        /// What keeps origin from answering; nil while it does.
        var outage: String?
    }

    let parts: CycleParts
    var driver: CycleDriver?
    private var running: Revision?
    private var memory = PlanMemory()
    private var toldHeld: [ServiceName: String] = [:]
    private var hasKeptHeld = false
    private let register: ServiceRegister
    let waits = Waits()
    /// True once the daemon is asked to end: nothing new is begun.
    var isEnding = false
    /// True once deploys, too, are ended.
    var isEndingNow = false
    /// The stage of an operation, which no driver runs.
    var stageInHand: StageEnding?
    /// What the commit under consideration asked for and this engine does not work by; see `makeWay`.
    var yieldedTo: DaemonOptions?
    /// Whether it has got so far as to plan.
    private(set) var hasBegun = false
    var toldRefusal: String??
    /// A cycle that could not be ended in the history is ended before the next one.
    var mayHaveOpenCycle = true
    /// The question to origin that is under way.
    var looking: Task<Result<RevisionFollower.Sighting, Failure>, Never>?
    /// Something was asked for since it was looked last what there is to do.
    var isHurried = false

    init(parts: CycleParts) {
        self.parts = parts
        register = ServiceRegister(history: parts.history, narrator: parts.narrator, leave: parts.leave)
    }

    /// Looks at origin while a cycle runs: a newer commit that is followed supersedes what has not reached its deploy.
    func lookAhead() async {
        guard let running, driver != nil else { return }
        guard let sighting = try? await parts.follower.peek() else { return }
        for notice in sighting.notices { parts.narrator.say(notice) }
        // The cycle may have ended in the meantime, and another one begun.
        guard sighting.revision != running, let driver, self.running == running else { return }
        parts.narrator.say(
            LogLine(
                "a newer commit is there (\(sighting.revision.short)): builds and tests of \(running.short) are ended"))
        await driver.supersede()
    }

    /// Builds, tests and examinations are ended at once, deploys go on to their end. Nobody is waited for any more but them.
    func end() async {
        isEnding = true
        waits.end()
        stageInHand?.end()
        await driver?.end()
    }

    /// Ends deploys too, with the rollback they need.
    func endNow() async {
        isEnding = true
        isEndingNow = true
        waits.end()
        stageInHand?.endNow()
        await driver?.cancelAll()
    }

    /// How many rollbacks may follow one another before everything is ended.
    func rollbacksInARow() async -> Int { await driver?.rollbacksInARow() ?? 1 }

    /// Ends builds and tests at once, and deploys that are not done after a while.
    func end(after grace: Duration) async {
        await end()
        try? await Task.sleep(for: grace)
        await endNow()
    }

    /// A plan and what it was made from.
    struct Prospect: Sendable {
        var plan: Plan
        var states: [ServiceName: ServiceState]
        /// nil for a plan that was made before, of the same.
        var listing: ServiceCatalog.Listing?
        var known = KnownServices()
        /// Services whose entry in `deployer.yaml` cannot be used: their kind, a stage or an option is not the plugins'.
        var mistaken: Set<ServiceName> = []
    }

    /// Plans without doing anything.
    func plan() async throws(Failure) -> Prospect {
        let sighting = try await parts.follower.peek()
        return try await plan(at: sighting.revision)
    }

    func plan(at revision: Revision) async throws(Failure) -> Prospect {
        let configured = try await parts.configuration.services(at: revision)
        let states = try await parts.history.states()
        let requested = Dictionary(grouping: try await parts.history.restartsPending(), by: \.service)
            .mapValues { $0.map(\.requestedBy).joined(separator: ", ") }
        let basis = PlanMemory.Basis(
            revision: revision, configuration: await parts.configuration.reading, plugins: await parts.pluginDigests(),
            states: states, requested: requested, scripts: parts.executor.scriptObstacles,
            paused: try await parts.operations.paused())
        if let made = memory.plan(for: basis) {
            return Prospect(plan: made.plan, states: states, mistaken: made.refused)
        }
        let known = try await KnownServices.load(parts.history, states: states, requested: Set(requested.keys))
        let listing = try await parts.catalog.listing(at: revision, configured: configured, known: known)
        var made = try await parts.planMaker.plan(
            listing, at: revision, states: states, requested: requested, scripts: basis.scripts,
            paused: basis.paused)
        // What plugins recognise may be incomplete, when one of them did not answer; the next plan asks again.
        if configured != nil {
            made.refused.formUnion(listing.mistaken)
            memory.keep(made, for: basis)
        }
        return Prospect(
            plan: made.plan, states: states, listing: listing, known: known,
            mistaken: configured == nil ? [] : made.refused)
    }

    /// One cycle. Throws what kept it from being planned or recorded; failures of stages are in the summary. Throws
    /// `daemon.ending` where the end was asked for before there was a plan, and `daemon.settings` where the commit says
    /// other settings than those this engine works by: the cycle is for an engine that works by them.
    ///
    /// - Parameter honoured: settings that a commit asked for and for which this engine was made.
    func run(honouring honoured: DaemonOptions? = nil) async throws(Failure) -> Summary {
        let clock = ContinuousClock()
        let began = clock.now
        if mayHaveOpenCycle {
            for (cycle, groups) in try await Startup.closeOpenCycles(parts.history, parts.narrator) {
                try await undo(cycle, groups)
            }
            mayHaveOpenCycle = false
        }
        for farewell in try await parts.leave.carryOut() {
            parts.narrator.say(LogLine("as was asked for, it \(farewell.text())", service: farewell.service))
        }
        let retries = Retries(layout: parts.leave.layout, history: parts.history)
        for name in try await retries.carryOut() {
            parts.narrator.say(LogLine("tried again, as was asked for", service: name))
        }
        let (sighting, early) = try await lookBesideOperations()
        for notice in sighting.notices { parts.narrator.say(notice) }
        await parts.tracked.refresh(parts.origin.repository, references: ["HEAD", parts.origin.tracking])
        _ = try await parts.configuration.services(at: sighting.revision)
        try await makeWay(at: sighting.revision, honouring: honoured)
        hasBegun = true
        try await waits.wait { [pins = parts.pins, named = parts.configuration.plugins] () throws(Failure) in
            await pins.look(at: sighting.revision, named: named)
        }
        var prospect = try await judging(sighting.revision) { () throws(Failure) in
            try await self.plan(at: sighting.revision)
        }
        try await noticeCrashes(prospect)
        var hasOperated = try await carryOutOperations(prospect)
        if hasOperated {
            prospect = try await judging(sighting.revision) { () throws(Failure) in
                try await self.plan(at: sighting.revision)
            }
        }
        hasOperated = hasOperated || early
        let (plan, states) = (prospect.plan, prospect.states)
        let held = try await tellHeld(prospect)
        try await forgetFailures(plan, states)
        try await register.note(prospect)
        var idle = Summary(
            revision: sighting.revision, outcome: nil, unhealthy: held, mistaken: prospect.mistaken, ownTime: .zero,
            outage: sighting.outage)
        idle.hasOperated = hasOperated
        if !plan.due.isEmpty, !isEnding {
            try await judging(sighting.revision) { () throws(Failure) in
                try await parts.folders.checkOut(plan, deployed: Set(states.keys))
            }
            for note in await parts.attentions(plan) { parts.narrator.say(LogLine(note, level: .warning)) }
        }
        try await accept()
        guard !plan.due.isEmpty, !isEnding else {
            idle.unhealthy += plan.due.map(\.service.name)
            idle.ownTime = clock.now - began
            return idle
        }
        let log = try await parts.narrator.beginCycle(limit: parts.options.logFileBytes)
        do throws(Failure) {
            var summary = try await carryOut(plan, states, log: log, began: began)
            summary.unhealthy = held + summary.unhealthy
            summary.outage = sighting.outage
            summary.mistaken = prospect.mistaken
            return summary
        } catch {
            parts.narrator.say(LogLine("the cycle is broken off: \(error.message)", level: .error))
            await parts.narrator.endCycle()
            throw error
        }
    }

    private func carryOut(
        _ plan: Plan, _ states: [ServiceName: ServiceState], log: String, began: ContinuousClock.Instant
    ) async throws(Failure) -> Summary {
        let clock = ContinuousClock()
        let narrator = parts.narrator
        let previous = try await parts.history.value(for: Self.lastRevisionKey).flatMap { Revision($0) }
        let cycle = try await parts.history.cycleStarted(
            revision: plan.revision, previous: previous, log: log, at: .now)
        mayHaveOpenCycle = true
        narrator.say(LogLine("cycle \(cycle): \(plan.revision.short), \(plan.due.count) service(s) due"))
        let driver = CycleDriver(
            cycle: cycle, plan: plan, states: states, limit: parts.options.parallel, runner: parts.executor,
            preparer: parts.folders, recorder: parts.history, report: { narrator.tell($0) })
        self.driver = driver
        running = plan.revision
        defer {
            self.driver = nil
            running = nil
        }
        // The end may have been asked for while there was no driver to tell.
        if isEnding { await driver.end() }
        let result = try await driver.run()
        try await parts.history.cycleEnded(cycle: cycle, outcome: result.outcome, at: .now)
        mayHaveOpenCycle = false
        try await parts.history.setValue(plan.revision.hex, for: Self.lastRevisionKey)
        let reports = await parts.reports.make(result.services, cycle: cycle, plan: plan, states: states)
        narrator.say(
            LogLine(
                "cycle \(cycle) \(result.outcome.rawValue) after \((clock.now - began).spoken)",
                level: result.outcome == .failed ? .error : .info))
        await narrator.endCycle()
        // What is not pushed now is pushed with the next cycle.
        _ = try? await waits.wait(atMostAfterEnd: .seconds(5)) { [publisher = parts.publisher] () throws(Failure) in
            await publisher.publish(cycle: cycle, log: log, reports: reports, revision: plan.revision)
        }
        let wall = clock.now - began
        for note in await parts.keeper.tidy(parts.origin.repository) { narrator.say(LogLine(note)) }
        return Summary(
            revision: plan.revision, outcome: result.outcome,
            unhealthy: result.services.filter { $0.outcome != .deployed }.map(\.service),
            ownTime: max(.zero, wall - result.stageTime))
    }

    /// A failure is over once the content is again what runs.
    private func forgetFailures(_ plan: Plan, _ states: [ServiceName: ServiceState]) async throws(Failure) {
        for item in plan.items where item.decision == .upToDate {
            guard var state = states[item.service.name], state.failure != nil else { continue }
            state.failure = nil
            try await parts.history.saveState(state)
            parts.narrator.say(
                LogLine("its sources are again those of the release that runs", service: item.service.name))
        }
    }

    static let lastRevisionKey = "last-revision"

    /// Services that are due and wait: an attempt failed, or nothing here can deploy them. Each is told once, and again
    /// when the reason is another.
    ///
    /// - Returns: those that are due. A folder that no plugin recognises, where every plugin there is was asked and nothing
    ///   was ever deployed from it, is no service: it is told, and nothing is due.
    private func tellHeld(_ prospect: Prospect) async throws(Failure) -> [ServiceName] {
        let plan = prospect.plan
        var held: [ServiceName: String] = [:]
        for item in plan.items {
            guard case .held(let why) = item.decision else { continue }
            held[item.service.name] = why
            if toldHeld[item.service.name] != why {
                parts.narrator.say(LogLine("held: \(why)", level: .warning, service: item.service.name))
            }
        }
        if held != toldHeld || !hasKeptHeld {
            try await parts.history.setValue(HeldServices(held).text, for: HeldServices.key)
            hasKeptHeld = true
        }
        toldHeld = held
        let isKnowing = prospect.listing?.isComplete == true ? await parts.arePluginsWhole() : false
        return plan.items.map(\.service).filter { service in
            guard held[service.name] != nil else { return false }
            return !(isKnowing && service.kind == FolderNaming.unknown && prospect.states[service.name] == nil)
        }.map(\.name)
    }
}
