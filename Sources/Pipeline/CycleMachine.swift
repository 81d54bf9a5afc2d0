package import Model

/// A whole cycle: services in dependency order, side by side up to a limit, groups as one. Pure; the driver carries out its
/// actions.
package struct CycleMachine: Sendable {
    package enum Event: Sendable {
        case start
        case stageEnded(ServiceName, StageOutcome)
        /// The stage that was to run was not begun.
        case notBegun(ServiceName)
        /// A newer revision was seen, or the daemon was told to end.
        case superseded
        /// The daemon's time is up: groups that are going live are rolled back instead.
        case timeIsUp
    }

    package enum Action: Sendable, Hashable {
        case begin(ServiceName)
        case run(ServiceName, Stage)
        case cancel(ServiceName)
        case end(ServiceName, ServiceResult.Outcome)
        /// All of it is built and tested and about to go live.
        case release(String, [ServiceName])
        /// It is not released after all: these are rolled back, in this order.
        case recall(String, culprit: ServiceName?, [ServiceName])
        /// The members of a group that went live end together, and are to be kept together.
        case endTogether(String, [Ending])
        case endCycle(CycleRecord.Outcome)
    }

    package struct Ending: Sendable, Hashable {
        package var service: ServiceName
        package var outcome: ServiceResult.Outcome
    }

    package internal(set) var machines: [ServiceName: ServiceMachine] = [:]
    package internal(set) var groups: [GroupMachine] = []
    var groupOf: [ServiceName: Int] = [:]
    let order: [ServiceName]
    let limit: Int
    private var isSuperseded = false
    private var hasEnded = false

    /// - Parameters:
    ///   - services: in an order that respects `dependsOn`. Two or more of one group are released as one.
    ///   - limit: how many services may be in a stage at one time; at least 1.
    package init(services: [Service], limit: Int) {
        order = services.map(\.name)
        self.limit = max(1, limit)
        let grouped = Dictionary(grouping: services.filter { $0.group != nil }) { $0.group ?? "" }
            .filter { $0.value.count > 1 }
        for service in services {
            let isMember = service.group.map { grouped[$0] != nil } ?? false
            machines[service.name] = ServiceMachine(service: service, isMember: isMember)
        }
        var seen: Set<String> = []
        for group in services.compactMap(\.group) where seen.insert(group).inserted {
            if let members = grouped[group] { add(GroupMachine(name: group, members: members.map(\.name))) }
        }
    }

    /// Rolls groups back whose cycle was cut off while they went live or were rolled back.
    package init(undoing unfinished: [UnfinishedGroup], limit: Int) {
        order = unfinished.flatMap(\.members).map(\.item.service.name)
        self.limit = max(1, limit)
        for group in unfinished {
            var machine = GroupMachine(name: group.name, members: group.members.map(\.item.service.name))
            machine.phase = .releasing
            machine.released = group.members.filter(\.isTouched).map(\.item.service.name)
            for member in group.members {
                machines[member.item.service.name] = ServiceMachine(resuming: member)
            }
            add(machine)
        }
    }

    private mutating func add(_ group: GroupMachine) {
        for name in group.members { groupOf[name] = groups.count }
        groups.append(group)
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
            supersede(&actions)
        case .timeIsUp:
            supersede(&actions)
            for index in groups.indices where groups[index].phase == .releasing { recall(index, &actions) }
        }
        schedule(&actions)
        if order.allSatisfy({ machines[$0]?.isFinished ?? true }) {
            hasEnded = true
            actions.append(.endCycle(outcome))
        }
        return actions
    }

    private mutating func supersede(_ actions: inout [Action]) {
        isSuperseded = true
        // From its first deploy on, a group goes on to its end.
        for name in order where group(of: name)?.isLive != true { apply(name, { $0.supersede() }, &actions) }
    }

    private mutating func schedule(_ actions: inout [Action]) {
        // A service skipped for its dependency may block others in turn, hence until nothing moves.
        var moved = true
        while moved {
            // First what is live: a group is not left half way for somebody's build.
            moved = advanceGroups(&actions)
            for name in order {
                guard let machine = machines[name], machine.state == .waiting else { continue }
                let own = groupOf[name]
                let others = machine.service.predecessors.filter { own == nil || groupOf[$0] != own }
                let states = others.compactMap { machines[$0]?.state }
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

    var running: Int {
        machines.values.count { machine in
            switch machine.state {
            case .running, .rollingBack: true
            case .waiting, .ready, .standing, .halted, .finished: false
            }
        }
    }

    static func isLost(_ state: ServiceMachine.State) -> Bool {
        if case .finished(let outcome) = state { return outcome != .deployed }
        return false
    }

    mutating func apply(
        _ name: ServiceName, _ step: (inout ServiceMachine) -> ServiceMachine.Action, _ actions: inout [Action]
    ) {
        guard var machine = machines[name] else { return }
        let action = step(&machine)
        machines[name] = machine
        switch action {
        case .run(let stage): actions.append(.run(name, stage))
        case .cancel: actions.append(.cancel(name))
        case .finish(let outcome):
            // Members of a group that is live end together.
            if group(of: name)?.isLive != true { actions.append(.end(name, outcome)) }
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
        if outcomes.contains(.interrupted) { return .interrupted }
        return outcomes.contains { $0 != .deployed } ? .failed : .succeeded
    }
}
