import Diagnostics
import History
import Model
import Pipeline
import Stages

/// What runs is looked after: a service that crashes is asked about like one that has just been deployed, and what comes of it is
/// a report like any other.
extension CycleEngine {
    /// Has crashes looked into that are new.
    func noticeCrashes(_ prospect: Prospect) async throws(Failure) {
        for crash in try await parts.crashes.fresh(prospect.states) {
            guard let release = prospect.states[crash.service]?.deployed,
                let item = prospect.plan.items.first(where: { $0.service.name == crash.service })
            else { continue }
            // Its release is about to go.
            if case .deploy = item.decision { continue }
            parts.narrator.say(
                LogLine("its process \(crash.text) after \(crash.ranFor.spoken)", level: .error, service: crash.service)
            )
            try await parts.operations.ask(
                ServiceOperation(
                    action: .examine, service: crash.service, requester: crash.text, revision: release.revision),
                id: "crash of \(crash.service)")
        }
    }

    /// The outcome of a health stage after a crash: whatever the plugin says of the service now, it did crash.
    static func examined(_ outcome: StageOutcome, after crash: SupervisedCrash) -> StageOutcome {
        guard outcome.status != .cancelled else { return outcome }
        var outcome = outcome
        // Without how long it ran: the same crash is the same finding.
        let what = "its process \(crash.text)"
        if !outcome.diagnostics.contains(where: \.isError) {
            var finding = Diagnostic(.error, code: DiagnosticCode.crash, message: what, stage: .health)
            if !crash.output.isEmpty {
                finding.detail = "The last lines of its output:\n\(crash.output.joined(separator: "\n"))"
            }
            outcome.diagnostics.append(finding)
        }
        if outcome.status.allowsProgress {
            outcome.summary = "\(what); it runs again (\(outcome.summary))"
            outcome.status = .failed
        }
        return outcome
    }

    /// Reports a crash, and remembers it for whoever is to mend it.
    /// - Returns: file names and documents.
    func report(_ crash: SupervisedCrash, _ item: Plan.Item, _ state: ServiceState, cycle: Int64)
        async throws(Failure) -> [String: [UInt8]]
    {
        guard let release = state.deployed, let result = try await parts.history.cycle(cycle)?.services.first,
            result.stages.last?.status != .cancelled
        else { return [:] }
        var running = item
        running.revision = release.revision
        var before = state
        before.deployed = try await parts.history.release(before: release, of: item.service.name)
        let reports = await parts.reports.make(
            [result], cycle: cycle, plan: Plan(revision: release.revision, items: [running]),
            states: [item.service.name: before])
        try await parts.crashes.keep(
            CrashRecord(
                service: item.service.name, revision: release.revision, deployedAt: release.deployedAt, at: crash.at,
                summary: result.stages.last?.summary ?? crash.text))
        return reports
    }
}
