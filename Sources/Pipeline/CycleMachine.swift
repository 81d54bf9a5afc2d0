package import Model

/// A whole cycle: services in dependency order, side by side up to a limit. Pure; the driver carries out its actions.
package struct CycleMachine: Sendable {
    package enum Event: Sendable {
        case start
        case stageEnded(ServiceName, StageOutcome)
        /// The stage that was to run was not begun.
        case notBegun(ServiceName)
        /// A newer revision was seen, or the daemon was told to end.
        case superseded
    }

    package enum Action: Sendable, Hashable {
        case begin(ServiceName)
        case run(ServiceName, Stage)
        case cancel(ServiceName)
        case end(ServiceName, ServiceResult.Outcome)
        case endCycle(CycleRecord.Outcome)
    }

    package private(set) var machines: [ServiceName: ServiceMachine] = [:]
    private let order: [ServiceName]
    private let limit: Int
    private var isSuperseded = false
    private var hasEnded = false

    /// - Parameter limit: how many services may be in a stage at one time; at least 1.
    package init(services: [Service], limit: Int) {
        order = services.map(\.name)
        self.limit = max(1, limit)
        for service in services { machines[service.name] = ServiceMachine(service: service) }
    }

    package mutating func handle(_ event: Event) -> [Action] {
        guard !hasEnded else { return [] }
        var actions: [Action] = []
        switch event {
        case .start:
            break
        case .stageEnded(let name, let outcome):
            apply(name, { $0.stageEnded(outcome) }, &actions)
        case .notBegun(let name):
            apply(name, { $0.notBegun() }, &actions)
        case .superseded:
            isSuperseded = true
            for name in order { apply(name, { $0.supersede() }, &actions) }
        }
        schedule(&actions)
        if order.allSatisfy({ machines[$0]?.isFinished ?? true }) {
            hasEnded = true
            actions.append(.endCycle(outcome))
        }
        return actions
    }

    private mutating func schedule(_ actions: inout [Action]) {
        // A service skipped for its dependency may block others in turn, hence until nothing moves.
        var moved = true
        while moved {
            moved = false
            for name in order {
                guard let machine = machines[name], machine.state == .waiting else { continue }
                let states = machine.service.dependsOn.compactMap { machines[$0]?.state }
                if states.contains(where: Self.isLost) {
                    apply(name, { $0.skip() }, &actions)
                    moved = true
                } else if states.allSatisfy({ $0 == .finished(.deployed) }), running < limit {
                    actions.append(.begin(name))
                    apply(name, { $0.start() }, &actions)
                    moved = true
                }
            }
        }
    }

    private var running: Int {
        machines.values.count { machine in
            switch machine.state {
            case .running, .rollingBack: true
            case .waiting, .finished: false
            }
        }
    }

    private static func isLost(_ state: ServiceMachine.State) -> Bool {
        if case .finished(let outcome) = state { return outcome != .deployed }
        return false
    }

    private mutating func apply(
        _ name: ServiceName, _ step: (inout ServiceMachine) -> ServiceMachine.Action, _ actions: inout [Action]
    ) {
        guard var machine = machines[name] else { return }
        let action = step(&machine)
        machines[name] = machine
        switch action {
        case .run(let stage): actions.append(.run(name, stage))
        case .cancel: actions.append(.cancel(name))
        case .finish(let outcome): actions.append(.end(name, outcome))
        case .none: break
        }
    }

    private var outcome: CycleRecord.Outcome {
        let outcomes = order.compactMap { name -> ServiceResult.Outcome? in
            if case .finished(let outcome) = machines[name]?.state { return outcome }
            return nil
        }
        if outcomes.contains(where: { $0 == .failed || $0 == .rolledBack }) { return .failed }
        if isSuperseded, outcomes.contains(.superseded) { return .superseded }
        return outcomes.contains { $0 != .deployed } ? .failed : .succeeded
    }
}
