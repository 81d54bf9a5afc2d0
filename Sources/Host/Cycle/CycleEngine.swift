import Git
import History
import Model
import Pipeline

/// Runs cycles, one at a time: look at origin, plan, bring the sources, drive the stages, publish what was learnt.
actor CycleEngine {
    /// What a cycle came to.
    struct Summary: Sendable {
        var revision: Revision
        var outcome: CycleRecord.Outcome
        /// Due services that are not deployed and healthy: failed now, or held back for an earlier failure.
        var unhealthy: [ServiceName]
        /// Everything but the stages' own time.
        var ownTime: Duration
    }

    private let parts: CycleParts
    private var driver: CycleDriver?
    private var running: Revision?
    private var requested: [ServiceName: String] = [:]
    private var toldHeld: [ServiceName: String] = [:]
    private var hasKeptHeld = false
    /// True once the daemon is asked to end: nothing new is begun.
    private var isEnding = false

    init(parts: CycleParts) { self.parts = parts }

    /// Asks for a service to be deployed in the next cycle, whether or not it changed.
    func request(_ service: ServiceName, by who: String) { requested[service] = who }

    /// Looks at origin while a cycle runs: a newer commit supersedes what has not reached its deploy.
    func lookAhead() async {
        guard let driver, let running else { return }
        guard let tip = try? await parts.origin.poll(), tip != running else { return }
        parts.narrator.say(
            LogLine("a newer commit is there (\(tip.short)): builds and tests of \(running.short) are ended"))
        await driver.supersede()
    }

    /// Builds and tests are ended at once, deploys go on to their end.
    func end() async {
        isEnding = true
        await driver?.supersede()
    }

    /// Ends deploys too.
    func endNow() async {
        isEnding = true
        await driver?.cancelAll()
    }

    /// Plans without doing anything.
    func plan() async throws(Failure) -> Plan {
        let sighting = try await parts.follower.peek()
        return try await plan(at: sighting.revision).plan
    }

    private func plan(at revision: Revision) async throws(Failure) -> (plan: Plan, states: [ServiceName: ServiceState])
    {
        let configured = try await parts.configuration.services(at: revision)
        let listing = try await parts.catalog.listing(at: revision, configured: configured)
        let states = try await parts.history.states()
        let plan = try await parts.planMaker.plan(listing, at: revision, states: states, requested: requested)
        return (plan, states)
    }

    /// One cycle. Throws what kept it from being planned or recorded; failures of stages are in the summary.
    func run() async throws(Failure) -> Summary {
        let clock = ContinuousClock()
        let began = clock.now
        let sighting = try await parts.follower.look()
        for notice in sighting.notices { parts.narrator.say(notice) }
        await parts.tracked.refresh(parts.origin.repository, references: ["HEAD", parts.origin.tracking])
        let (plan, states) = try await plan(at: sighting.revision)
        let held = try await tellHeld(plan)
        try await forgetFailures(plan, states)
        guard !plan.due.isEmpty, !isEnding else {
            return Summary(
                revision: sighting.revision, outcome: .idle, unhealthy: held, ownTime: clock.now - began)
        }
        let previous = try await parts.history.value(for: Self.lastRevisionKey).flatMap { Revision($0) }
        try await parts.folders.checkOut(plan, deployed: Set(states.keys))
        for note in await parts.attentions(plan) { parts.narrator.say(LogLine(note, level: .warning)) }
        let log = try await parts.narrator.beginCycle()
        let cycle: Int64
        do throws(Failure) {
            cycle = try await parts.history.cycleStarted(
                revision: plan.revision, previous: previous, log: log, at: .now)
        } catch {
            await parts.narrator.endCycle()
            throw error
        }
        parts.narrator.say(LogLine("cycle \(cycle): \(plan.revision.short), \(plan.due.count) service(s) due"))
        let narrator = parts.narrator
        let driver = CycleDriver(
            cycle: cycle, plan: plan, states: states, limit: parts.options.parallel, runner: parts.executor,
            preparer: parts.folders, recorder: parts.history, report: { narrator.tell($0) })
        self.driver = driver
        running = plan.revision
        defer {
            self.driver = nil
            running = nil
        }
        let result = try await driver.run()
        for item in plan.due { requested[item.service.name] = nil }
        try await parts.history.cycleEnded(cycle: cycle, outcome: result.outcome, at: .now)
        try await parts.history.setValue(plan.revision.hex, for: Self.lastRevisionKey)
        let reports = await parts.reports.make(result, cycle: cycle, plan: plan, states: states)
        narrator.say(
            LogLine(
                "cycle \(cycle) \(result.outcome.rawValue) after \((clock.now - began).spoken)",
                level: result.outcome == .failed ? .error : .info))
        await narrator.endCycle()
        await parts.publisher.publish(cycle: cycle, log: log, reports: reports, revision: plan.revision)
        let wall = clock.now - began
        for note in await parts.keeper.tidy(parts.origin.repository) { narrator.say(LogLine(note)) }
        return Summary(
            revision: plan.revision, outcome: result.outcome,
            unhealthy: held + result.services.filter { $0.outcome != .deployed }.map(\.service),
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
    private func tellHeld(_ plan: Plan) async throws(Failure) -> [ServiceName] {
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
        return plan.items.map(\.service.name).filter { held[$0] != nil }
    }
}
