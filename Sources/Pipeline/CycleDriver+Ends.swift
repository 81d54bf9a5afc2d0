import Model

extension CycleDriver {
    /// Ends services, all at once: what is known of a group changes as a whole.
    /// - Parameter group: whose members these are, where it went live.
    func end(_ endings: [CycleMachine.Ending], of group: String? = nil) async {
        var ends: [ServiceEnd] = []
        let culprit = endings.compactMap { machine.group(of: $0.service)?.culprit }.first
        let failure = endings.first { $0.service == culprit }.flatMap { state(after: $0, of: group) }?.failure
        let together = Set(endings.filter { $0.outcome == .deployed }.map(\.service))
        for ending in endings {
            let name = ending.service
            guard let state = state(after: ending, of: group, culprit: culprit, failure: failure) else { continue }
            states[name] = state
            let isCutOff = isEnding && ending.outcome == .superseded
            let outcome = isCutOff ? .interrupted : ending.outcome
            let note = isCutOff ? "the daemon was told to end" : machine.note(on: name, outcome: outcome)
            if results[name] == nil { results[name] = ServiceResult(service: name, outcome: outcome) }
            results[name]?.outcome = outcome
            results[name]?.note = note
            replaceUnsupported(ending)
            // Those of the group were deployed after it already.
            let asked = ending.outcome == .deployed ? (dependents[name] ?? []).filter { !together.contains($0) } : []
            ends.append(
                ServiceEnd(service: name, outcome: outcome, state: state, note: note, dependents: asked))
        }
        await record { () throws(Failure) in try await recorder.servicesEnded(cycle: cycle, ends) }
        for end in ends {
            report(
                .serviceEnded(
                    end.service, end.outcome, decisive: machine.machines[end.service]?.decisive, note: end.note))
        }
    }

    private func state(
        after ending: CycleMachine.Ending, of group: String?, culprit: ServiceName? = nil,
        failure: FailedAttempt? = nil
    ) -> ServiceState? {
        guard let item = items[ending.service], let service = machine.machines[ending.service] else { return nil }
        let previous = states[ending.service] ?? ServiceState(service: ending.service)
        if let group, let culprit, let failure, ending.outcome != .deployed, service.decisive == nil {
            return policy.state(
                after: ending.outcome, item: item, previous: previous, checkpoint: service.checkpoint,
                mayBeLive: service.mayBeLive, group: group, culprit: culprit, failure: failure)
        }
        return policy.state(
            after: ending.outcome, item: item, previous: previous, checkpoint: service.checkpoint,
            decisive: service.decisive, mayBeLive: service.mayBeLive, group: group, now: .now)
    }

    /// No stage failed by itself; what the service failed of is said in place of the last one.
    private func replaceUnsupported(_ ending: CycleMachine.Ending) {
        let name = ending.service
        guard ending.outcome == .failed, let decisive = machine.machines[name]?.decisive,
            let last = results[name]?.stages.last, last.status == .unsupported, last.stage != .rollback
        else { return }
        results[name]?.stages.removeLast()
        results[name]?.stages.append(decisive)
        let line = LogLine(decisive.summary, level: .error, service: name, stage: decisive.stage)
        report(.event(name, decisive.stage, .log(line)))
    }
}
