package import Model

extension CycleMachine {
    /// The group that a service is released with in this cycle; nil where it is on its own.
    package func group(of name: ServiceName) -> GroupMachine? { groupOf[name].map { groups[$0] } }

    /// Moves every group as far as it goes. Returns whether anything moved.
    mutating func advanceGroups(_ actions: inout [Action]) -> Bool {
        var hasMoved = false
        for index in groups.indices {
            while advance(index, &actions) { hasMoved = true }
        }
        return hasMoved
    }

    private mutating func advance(_ index: Int, _ actions: inout [Action]) -> Bool {
        switch groups[index].phase {
        case .preparing: prepare(index, &actions)
        case .releasing: release(index, &actions)
        case .undoing: undo(index, &actions)
        case .ended: false
        }
    }

    private func states(_ index: Int) -> [(name: ServiceName, state: ServiceMachine.State)] {
        groups[index].members.compactMap { name in machines[name].map { (name, $0.state) } }
    }

    /// Goes live when all is built and tested. Where a member does not come so far, nothing of the group goes live; what is
    /// being built goes on, because what it finds is worth knowing.
    private mutating func prepare(_ index: Int, _ actions: inout [Action]) -> Bool {
        let states = states(index)
        if states.allSatisfy({ $0.state == .ready }) {
            groups[index].phase = .releasing
            actions.append(.release(groups[index].name, groups[index].members))
            return true
        }
        guard let lost = states.first(where: { Self.isLost($0.state) }) else { return false }
        if groups[index].culprit == nil {
            let failed = states.first { $0.state == .finished(.failed) }
            groups[index].culprit = failed?.name ?? lost.name
        }
        var hasMoved = false
        for (name, state) in states where state == .waiting || state == .ready {
            apply(name, { $0.skip() }, &actions)
            hasMoved = true
        }
        return hasMoved
    }

    /// Each member goes live when those of the group that it depends on stand.
    private mutating func release(_ index: Int, _ actions: inout [Action]) -> Bool {
        let states = states(index)
        if states.contains(where: { $0.state == .halted }) {
            recall(index, &actions)
            return true
        }
        if states.allSatisfy({ $0.state == .standing }) {
            for (name, _) in states { apply(name, { $0.commit() }, &actions) }
            end(index, &actions)
            return true
        }
        for (name, state) in states where state == .ready && running < limit {
            let own = machines[name]?.service.predecessors.filter { groupOf[$0] == index } ?? []
            guard own.allSatisfy({ machines[$0]?.state == .standing }) else { continue }
            apply(name, { $0.release() }, &actions)
            // One that only builds and tests stands at once, and nothing of it will have to be undone.
            if machines[name]?.state != .standing { groups[index].released.append(name) }
            return true
        }
        return false
    }

    /// The group is not released after all.
    mutating func recall(_ index: Int, _ actions: inout [Action]) {
        let culprit = groups[index].released.first {
            machines[$0]?.state == .halted && machines[$0]?.decisive != nil
        }
        groups[index].phase = .undoing
        groups[index].culprit = culprit
        for name in groups[index].members { apply(name, { $0.recall(isInterrupted: culprit == nil) }, &actions) }
        actions.append(.recall(groups[index].name, culprit: culprit, groups[index].released.reversed()))
    }

    /// One after the other, the last that went live first; a stage that is still running is waited for.
    private mutating func undo(_ index: Int, _ actions: inout [Action]) -> Bool {
        let next = groups[index].released.last { machines[$0]?.isFinished == false }
        guard let next else {
            // What was never live.
            for name in groups[index].members { apply(name, { $0.undo() }, &actions) }
            end(index, &actions)
            return true
        }
        guard machines[next]?.state == .halted, running < limit else { return false }
        apply(next, { $0.undo() }, &actions)
        return true
    }

    private mutating func end(_ index: Int, _ actions: inout [Action]) {
        groups[index].phase = .ended
        let endings = states(index).compactMap { name, state -> Ending? in
            if case .finished(let outcome) = state { Ending(service: name, outcome: outcome) } else { nil }
        }
        actions.append(.endTogether(groups[index].name, endings))
    }

    /// Why a service ended as it did, where its own stages don't say it.
    package func note(on name: ServiceName, outcome: ServiceResult.Outcome) -> String? {
        guard let group = group(of: name) else { return dependencyNote(name, outcome) }
        guard let culprit = group.culprit else {
            guard outcome == .interrupted || outcome == .failed, !group.released.isEmpty else {
                return dependencyNote(name, outcome)
            }
            let what = outcome == .failed ? "was to be rolled back" : "was rolled back"
            return "its group '\(group.name)' \(what), because the daemon ended before all of it was deployed"
        }
        let stage = machines[culprit]?.decisive.map { " failed at \($0.stage)" } ?? " was not deployed"
        if culprit == name {
            guard outcome == .failed || outcome == .rolledBack else { return dependencyNote(name, outcome) }
            let others = group.released.filter { $0 != name }.map(\.text).joined(separator: ", ")
            return others.isEmpty ? nil : "its group '\(group.name)' is rolled back with it: \(others)"
        }
        switch outcome {
        case .rolledBack: return "with its group '\(group.name)', because '\(culprit)'\(stage)"
        case .failed:
            return group.released.contains(name)
                ? "its group '\(group.name)' was to be rolled back, because '\(culprit)'\(stage)" : nil
        case .skipped:
            return dependencyNote(name, outcome) ?? "'\(culprit)' of its group '\(group.name)'\(stage)"
        case .running, .deployed, .superseded, .interrupted: return nil
        }
    }

    private func dependencyNote(_ name: ServiceName, _ outcome: ServiceResult.Outcome) -> String? {
        guard outcome == .skipped, let service = machines[name]?.service else { return nil }
        let own = groupOf[name]
        let lost = service.predecessors.first { dependency in
            (own == nil || groupOf[dependency] != own) && machines[dependency].map { Self.isLost($0.state) } ?? false
        }
        return lost.map { "'\($0)', which \(service.relation(to: $0)), was not deployed" }
    }
}
