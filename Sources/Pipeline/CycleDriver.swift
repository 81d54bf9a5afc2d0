package import Model

/// Carries out a cycle: runs the stages the machine asks for and writes down what is about to happen and what happened.
package actor CycleDriver {
    /// What the driver tells whoever shows or logs the cycle.
    package enum Report: Sendable {
        case serviceBegan(Plan.Item)
        case stageBegan(ServiceName, Stage, operation: String)
        case event(ServiceName, Stage, StageEvent)
        case stageEnded(ServiceName, StageOutcome)
        case groupReleased(String, [ServiceName])
        /// Members that went live are rolled back in this order, for another one's failure; nil where none failed.
        case groupRecalled(String, [ServiceName], culprit: ServiceName?, decisive: StageOutcome?)
        case serviceEnded(ServiceName, ServiceResult.Outcome, decisive: StageOutcome?, note: String?)
    }

    package struct Result: Sendable {
        package var outcome: CycleRecord.Outcome
        package var services: [ServiceResult]
        /// The sum of the stages' own times: what is left of the cycle's time is the daemon's.
        package var stageTime: Duration
    }

    let cycle: Int64
    private let runner: any StageRunner
    private let preparer: any StagePreparer
    let recorder: any Recorder
    let policy: RetryPolicy
    let report: @Sendable (Report) -> Void
    var machine: CycleMachine
    var items: [ServiceName: Plan.Item] = [:]
    var states: [ServiceName: ServiceState]
    var results: [ServiceName: ServiceResult] = [:]
    private let order: [ServiceName]
    /// Who depends on a service directly, due or not.
    var dependents: [ServiceName: [ServiceName]] = [:]
    /// Services of which a stage that touches what is live has begun.
    private var live: Set<ServiceName> = []
    /// Why the history cannot be written.
    private var fault: Failure?
    private var running: [ServiceName: Task<StageOutcome, Never>] = [:]
    private var outcome: CycleRecord.Outcome?
    private var pending: [CycleMachine.Event] = [.start]
    private var waiter: CheckedContinuation<Void, Never>?
    private var operations = 0
    /// Whether it is the daemon's end that supersedes, and no newer commit.
    var isEnding = false

    /// - Parameters:
    ///   - plan: only its due items are deployed.
    ///   - limit: how many services may be in a stage at one time.
    package init(
        cycle: Int64, plan: Plan, states: [ServiceName: ServiceState], limit: Int, runner: any StageRunner,
        preparer: any StagePreparer, recorder: any Recorder, policy: RetryPolicy = RetryPolicy(),
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.cycle = cycle
        self.runner = runner
        self.preparer = preparer
        self.recorder = recorder
        self.policy = policy
        self.report = report
        self.states = states
        let due = plan.due
        order = due.map(\.service.name)
        for item in due { items[item.service.name] = item }
        for item in plan.items {
            for name in item.service.dependsOn { dependents[name, default: []].append(item.service.name) }
        }
        machine = CycleMachine(services: due.map(\.service), limit: limit)
    }

    /// Rolls groups back that a cycle left half way when it was cut off.
    /// - Parameter cycle: the one that was cut off: the rollbacks are its own last stages.
    package init(
        cycle: Int64, undoing groups: [UnfinishedGroup], states: [ServiceName: ServiceState], limit: Int,
        runner: any StageRunner, preparer: any StagePreparer, recorder: any Recorder,
        policy: RetryPolicy = RetryPolicy(), report: @escaping @Sendable (Report) -> Void
    ) {
        self.cycle = cycle
        self.runner = runner
        self.preparer = preparer
        self.recorder = recorder
        self.policy = policy
        self.report = report
        self.states = states
        let members = groups.flatMap(\.members)
        order = members.map(\.item.service.name)
        for member in members {
            items[member.item.service.name] = member.item
            // What went live is undone, whether or not that can be written down.
            if member.isTouched { live.insert(member.item.service.name) }
        }
        machine = CycleMachine(undoing: groups, limit: limit)
    }

    /// Runs to the end. Throws only when the history cannot be written: then nothing further is begun, builds and
    /// tests are ended, and what is on its way to be live goes on to its end, with its rollback if it needs one.
    package func run() async throws(Failure) -> Result {
        while outcome == nil {
            while !pending.isEmpty {
                let event = pending.removeFirst()
                if case .stageEnded(let name, let outcome) = event {
                    await record { () throws(Failure) in
                        try await recorder.stageEnded(cycle: cycle, service: name, outcome: outcome)
                    }
                    report(.stageEnded(name, outcome))
                }
                for action in machine.handle(event) { await carryOut(action) }
            }
            if outcome == nil { await nextEvent() }
        }
        if let fault { throw fault }
        let services = order.compactMap { results[$0] }
        let stageTime = services.flatMap(\.stages).reduce(Duration.zero) { $0 + $1.stageTime.duration }
        return Result(outcome: outcome ?? .failed, services: services, stageTime: stageTime)
    }

    /// As `supersede`, because the daemon is told to end: what is dropped is called interrupted.
    package func end() {
        isEnding = true
        supersede()
    }

    /// Drops what has not begun and ends builds and tests; a deploy that has begun goes on to its end.
    package func supersede() { post(.superseded) }

    /// Ends whatever runs, deploys included: for a daemon whose time to stop is up. A rollback goes on: without it
    /// nobody knows what runs.
    package func cancelAll() {
        isEnding = true
        post(.timeIsUp)
        for (name, task) in running {
            if case .rollingBack = machine.machines[name]?.state { continue }
            task.cancel()
        }
    }

    /// How many rollbacks may have to be done one after the other: those of the largest group that goes live.
    package func rollbacksInARow() -> Int {
        machine.groups.filter(\.isLive).map(\.released.count).max().map { max(1, $0) } ?? 1
    }

    private func post(_ event: CycleMachine.Event) {
        switch event {
        // Before anything else is begun.
        case .superseded, .timeIsUp: pending.insert(event, at: 0)
        case .start, .stageEnded, .notBegun: pending.append(event)
        }
        waiter?.resume()
        waiter = nil
    }

    private func nextEvent() async {
        guard pending.isEmpty else { return }
        await withCheckedContinuation { waiter = $0 }
    }

    /// After the first error nothing is written any more: the cycle stays open, and is closed as interrupted later.
    func record(_ write: () async throws(Failure) -> Void) async {
        guard fault == nil else { return }
        do throws(Failure) {
            try await write()
        } catch {
            fault = error
            post(.superseded)
        }
    }

    private func carryOut(_ action: CycleMachine.Action) async {
        switch action {
        case .begin(let name):
            guard let item = items[name] else { return }
            var reasons: [DueReason] = []
            if case .deploy(let why) = item.decision { reasons = why }
            results[name] = ServiceResult(service: name, outcome: .running, reasons: reasons)
            await record { () throws(Failure) in
                try await recorder.serviceStarted(cycle: cycle, service: name, reasons: reasons)
            }
            report(.serviceBegan(item))
        case .run(let name, let stage):
            await begin(stage, of: name)
        case .cancel(let name):
            running[name]?.cancel()
        case .end(let name, let outcome):
            await end([.init(service: name, outcome: outcome)])
        case .release(let group, let members):
            await record { () throws(Failure) in
                try await recorder.groupReleased(
                    cycle: cycle, group: group, members: members.compactMap { items[$0] })
            }
            report(.groupReleased(group, members))
        case .recall(let group, let culprit, let members):
            let decisive = culprit.flatMap { machine.machines[$0]?.decisive }
            report(.groupRecalled(group, members, culprit: culprit, decisive: decisive))
        case .endTogether(let group, let endings):
            await end(endings, of: group)
        case .endCycle(let outcome):
            self.outcome = isEnding && outcome == .superseded ? .interrupted : outcome
        }
    }

    private func begin(_ stage: Stage, of name: ServiceName) async {
        guard let item = items[name] else { return }
        operations += 1
        let operation = "c\(cycle)-\(operations)"
        await record { () throws(Failure) in
            try await recorder.stageStarted(cycle: cycle, service: name, stage: stage, operation: operation, at: .now)
        }
        guard fault == nil || live.contains(name) else { return post(.notBegun(name)) }
        if stage.touchesLive { live.insert(name) }
        report(.stageBegan(name, stage, operation: operation))
        let state = states[name] ?? ServiceState(service: name)
        // What follows a deploy works on what that has made live; a rollback goes back to what was live before.
        let handed = [.restart, .health].contains(stage) ? machine.machines[name]?.checkpoint : nil
        let task = Task { [runner, preparer, report] () -> StageOutcome in
            let clock = ContinuousClock()
            let started = clock.now
            let startedAt = Timestamp.now
            var outcome: StageOutcome
            do throws(Failure) {
                var request = try await preparer.request(for: item, stage: stage, state: state, operation: operation)
                if let handed { request.state = handed }
                outcome = await runner.run(request) { report(.event(name, stage, $0)) }
            } catch {
                outcome = Self.outcome(of: error, stage: stage)
            }
            outcome.startedAt = startedAt
            outcome.duration = .init(clock.now - started)
            return outcome
        }
        running[name] = task
        Task { self.finished(name, await task.value) }
    }

    private func finished(_ name: ServiceName, _ outcome: StageOutcome) {
        running[name] = nil
        results[name]?.stages.append(outcome)
        post(.stageEnded(name, outcome))
    }

    private static func outcome(of failure: Failure, stage: Stage) -> StageOutcome {
        let status: StageStatus =
            switch failure.scheduling {
            case .retry: .retryable
            case .wait: .unavailable
            case .stop: .failed
            }
        var outcome = StageOutcome(stage: stage, status: status, summary: failure.message)
        outcome.diagnostics = [Diagnostic(.error, code: failure.code.rawValue, message: "\(failure)", stage: stage)]
        return outcome
    }
}
