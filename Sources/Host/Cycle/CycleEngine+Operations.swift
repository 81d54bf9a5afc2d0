import History
import Model
import Pipeline
import Stages

/// What was asked for services that run: started anew, or taken back to the release before.
extension CycleEngine {
    /// Each in a cycle of its own, so that its stages, its log and its outcome are kept as those of a deployment.
    ///
    /// - Returns: whether anything was done, so that a plan which was made before is one of the past.
    func carryOutOperations(_ prospect: Prospect) async throws(Failure) -> Bool {
        var hasDone = false
        for (id, operation) in try await parts.operations.pending() where !isEnding {
            if let refusal = try await carryOut(operation, prospect) {
                parts.narrator.say(
                    LogLine(
                        "\(operation.action.rawValue), asked for by \(operation.requester): \(refusal)",
                        level: .warning,
                        service: operation.service))
                if operation.action != .examine { try await parts.operations.dropped(id, because: refusal) }
            } else {
                hasDone = true
            }
            try await parts.operations.done(id)
        }
        return hasDone
    }

    /// Returns why it is not done; nil once it was tried.
    private func carryOut(_ operation: ServiceOperation, _ prospect: Prospect) async throws(Failure) -> String? {
        let name = operation.service
        guard let item = prospect.plan.items.first(where: { $0.service.name == name }) else {
            return "no commit has such a service any more"
        }
        guard let state = try await parts.history.states()[name], let release = state.deployed else {
            return "nothing of it is deployed"
        }
        switch operation.action {
        case .restart:
            if case .deploy = item.decision { return try await leaveToDeployment(operation) }
            try await run(operation, item, state, from: release, to: release, stages: [.restart, .health])
        case .rollback:
            guard release.revision == operation.revision else {
                return "\(release.revision.short) runs by now, not \(operation.revision.short)"
            }
            guard let former = try await parts.history.release(before: release, of: name), former.checkpoint != nil
            else {
                return "there is no release before \(release.revision.short)"
            }
            try await run(operation, item, state, from: release, to: former, stages: [.rollback, .health])
        case .examine:
            guard release.revision == operation.revision else {
                return "\(release.revision.short) runs by now, not \(operation.revision.short)"
            }
            guard let crash = parts.crashes.crash(of: name) else { return "nothing is known of a crash any more" }
            try await run(operation, item, state, from: release, to: release, stages: [.health], after: crash)
        }
        return nil
    }

    /// What is about to be deployed is started anew by that; how it ends is how the restart ends.
    private func leaveToDeployment(_ operation: ServiceOperation) async throws(Failure) -> String? {
        try await parts.history.restartRequested(service: operation.service, by: operation.requester, at: .now)
        parts.narrator.say(
            LogLine(
                "restart, asked for by \(operation.requester): it is about to be deployed, which starts it anew",
                service: operation.service))
        return nil
    }

    private func run(
        _ operation: ServiceOperation, _ item: Plan.Item, _ state: ServiceState, from release: Release,
        to target: Release, stages: [Stage], after crash: SupervisedCrash? = nil
    ) async throws(Failure) {
        let narrator = parts.narrator
        let log = try await narrator.beginCycle(limit: parts.options.logFileBytes)
        do throws(Failure) {
            let cycle = try await parts.history.cycleStarted(
                revision: release.revision, previous: nil, log: log, at: .now)
            mayHaveOpenCycle = true
            let isWell = try await run(
                operation, item, state, to: target, stages: stages, after: crash, cycle: cycle)
            try await parts.history.cycleEnded(cycle: cycle, outcome: isWell ? .succeeded : .failed, at: .now)
            mayHaveOpenCycle = false
            let reports =
                if let crash, !isWell { try await report(crash, item, state, cycle: cycle) } else {
                    [String: [UInt8]]()
                }
            await narrator.endCycle()
            _ = try? await waits.wait(atMostAfterEnd: .seconds(5)) { [publisher = parts.publisher] () throws(Failure) in
                await publisher.publish(cycle: cycle, log: log, reports: reports, revision: release.revision)
            }
        } catch {
            narrator.say(LogLine("it is broken off: \(error.message)", level: .error, service: operation.service))
            await narrator.endCycle()
            throw error
        }
    }

    private func run(
        _ operation: ServiceOperation, _ item: Plan.Item, _ state: ServiceState, to target: Release, stages: [Stage],
        after crash: SupervisedCrash?, cycle: Int64
    ) async throws(Failure) -> Bool {
        let name = operation.service
        let narrator = parts.narrator
        let reasons = [DueReason.requested(operation.requester)]
        try await parts.history.serviceStarted(cycle: cycle, service: name, reasons: reasons)
        let note = operation.note
        narrator.say(LogLine(note, service: name))
        if let crash, !crash.output.isEmpty {
            narrator.say(LogLine("the last lines that it printed:", service: name))
            for line in crash.output { narrator.say(LogLine(line, stream: .plugin, service: name)) }
        }
        var failed: StageOutcome?
        for (index, stage) in stages.enumerated() where failed == nil {
            let id = "c\(cycle)-\(index + 1)"
            try await parts.history.stageStarted(cycle: cycle, service: name, stage: stage, operation: id, at: .now)
            narrator.tell(.stageBegan(name, stage, operation: id))
            var request = try await parts.folders.request(for: item, stage: stage, state: state, operation: id)
            request.state = target.checkpoint
            request.revision = state.deployed?.revision ?? item.revision
            if operation.action == .rollback { request.previousRevision = target.revision }
            let began = ContinuousClock.now
            let startedAt = Timestamp.now
            var outcome = await inHand(stage, endsAtOnce: crash != nil) { [executor = parts.executor, request] in
                await executor.run(request) { narrator.tell(.event(name, stage, $0)) }
            }
            outcome.startedAt = startedAt
            outcome.duration = .init(ContinuousClock.now - began)
            if let crash { outcome = Self.examined(outcome, after: crash) }
            try await parts.history.stageEnded(cycle: cycle, service: name, outcome: outcome)
            narrator.tell(.stageEnded(name, outcome))
            if !outcome.status.allowsProgress { failed = outcome }
        }
        var ended = state
        if operation.action == .rollback, failed?.stage != .rollback {
            // The next commit is deployed as always; this one's content is not, until somebody asks for it.
            ended = RetryPolicy().state(
                takenBackTo: target, item: item, previous: state, requester: operation.requester)
        }
        let outcome: ServiceResult.Outcome =
            failed != nil ? .failed : operation.action == .rollback ? .rolledBack : .deployed
        try await parts.history.servicesEnded(
            cycle: cycle, [ServiceEnd(service: name, outcome: outcome, state: ended, note: note)])
        if outcome == .rolledBack {
            // As it was asked for: no error.
            narrator.say(LogLine("\(outcome.rawValue): \(note)", service: name))
        } else {
            narrator.tell(.serviceEnded(name, outcome, decisive: failed, note: note))
        }
        return failed == nil
    }

    /// Runs a stage that the daemon's end reaches: an examination at once, what changes something when its time is over. What takes
    /// a service back goes on to its end.
    private func inHand(
        _ stage: Stage, endsAtOnce: Bool, _ run: @escaping @Sendable () async -> StageOutcome
    ) async -> StageOutcome {
        let task = Task { await run() }
        let ending = StageEnding(isAtOnce: endsAtOnce, isLater: stage != .rollback) { task.cancel() }
        stageInHand = ending
        defer { stageInHand = nil }
        if isEnding { ending.end() }
        if isEndingNow { ending.endNow() }
        return await task.value
    }
}
