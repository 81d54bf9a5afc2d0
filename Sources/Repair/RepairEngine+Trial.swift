import Diagnostics
import Model

/// Trying what is located: each way that a feedback can be meant, in the verification worktree.
extension RepairEngine {
    /// The commit to publish, or nil with the verdict's reason filled in.
    ///
    /// - Parameter plans: ways in which the feedback can be meant. Of several, exactly one must prove good.
    func verified(
        _ plans: [RepairPlan], _ feedback: Feedback, tip: Revision, _ verdict: inout Verdict
    ) async throws(Failure) -> Revision? {
        if plans.count == 1 { return try await verified(plans[0], feedback, tip: tip, &verdict) }
        var good: [(plan: RepairPlan, commit: Revision, verdict: Verdict)] = []
        var reasons: [String] = []
        for plan in plans {
            var attempt = verdict
            attempt.placements = plan.placements
            if let commit = try await verified(plan, feedback, tip: tip, &attempt) {
                good.append((plan, commit, attempt))
            } else {
                reasons.append("\(Self.spoken(plan)): \(attempt.reason)")
            }
        }
        if good.count == 1 {
            verdict = good[0].verdict
            guard !good[0].plan.isAlreadyApplied else {
                verdict.decision = .alreadyApplied
                verdict.reason = "the snippet is what stands there already, and proves good as it is"
                return nil
            }
            return good[0].commit
        }
        verdict.decision = .needsAnchor
        verdict.reason =
            good.isEmpty
            ? "no way of placing the snippet proved good (\(reasons.joined(separator: "; "))); send a diff, or name the "
                + "text that it replaces (\"replace\")"
            : "\(good.count) ways of placing the snippet prove good (\(good.map { Self.spoken($0.plan) }.joined(separator: "; "))); "
                + "say which with \"replace\", or send a diff"
        return nil
    }

    private static func spoken(_ plan: RepairPlan) -> String {
        plan.placements.map { "\($0.method) of '\($0.file)' at line \($0.appliedLine ?? $0.statedLine)" }
            .joined(separator: ", ")
    }

    private func verified(
        _ plan: RepairPlan, _ feedback: Feedback, tip: Revision, _ verdict: inout Verdict
    ) async throws(Failure) -> Revision? {
        let names = plan.services.map(\.name)
        if let introduced = try await newSyntaxErrors(plan, tip: tip) {
            verdict.introduced = introduced
            verdict.reason = "with the patch, a file cannot be read as what it is: \(introduced[0].line)"
            return nil
        }
        let trial = try await repository.commit(
            plan.edits, onto: tip,
            message: CommitMessage.text(of: feedback, verified: "not verified yet"))
        try await journal.enter(.trying(trial), id: feedback.id)
        var outcomes = try await verify(trial, plan)
        verdict.tried = outcomes
        // A stage that nobody has run cannot vouch for anything.
        guard outcomes.contains(where: { $0.status != .unsupported }) else {
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            verdict.reason = "the patch could not be verified: \(list) has no build and no test stage that runs"
            return nil
        }
        if !outcomes.allSatisfy(\.status.allowsProgress) {
            let before = try await verify(tip, plan)
            outcomes = try await withoutFlaky(outcomes, before, of: trial, plan, &verdict)
            verdict.tried = outcomes
            if !outcomes.allSatisfy(\.status.allowsProgress) {
                guard RepairJudgement.isBetter(outcomes, than: before, patched: names, &verdict) else { return nil }
                // One that nothing here can find, such as a crash of what is deployed, is no reason against a patch.
                if let aim = plan.aim, outcomes.flatMap(\.diagnostics).contains(where: { $0.fingerprint == aim }) {
                    verdict.reason = "the finding it is for is still there"
                    return nil
                }
            }
        }
        if outcomes.allSatisfy(\.status.allowsProgress) {
            // What was wrong before is known of the last attempt: with all of it green it is gone. What only shows once it is
            // deployed has not been tried.
            for service in plan.services {
                verdict.fixed += try await findings(of: service, at: tip).filter {
                    $0.isError && ($0.stage == .build || $0.stage == .test)
                }
            }
        }
        return try await repository.commit(
            plan.edits, onto: tip,
            message: CommitMessage.text(of: feedback, verified: RepairJudgement.summary(outcomes, of: names)))
    }

    /// What the last attempt found, where its sources were those of the commit; nothing is known of others.
    private func findings(of service: Service, at tip: Revision) async throws(Failure) -> [Diagnostic] {
        let open = try await verifier.openFindings(of: service)
        guard let revision = open.revision, revision != tip, !open.diagnostics.isEmpty else { return open.diagnostics }
        let now = try await verifier.content(of: [service], at: tip)
        do throws(Failure) {
            return try await verifier.content(of: [service], at: revision) == now ? open.diagnostics : []
        } catch {
            guard error.saysNothing else { throw error }
            return []
        }
    }

    private func verify(_ commit: Revision, _ plan: RepairPlan) async throws(Failure) -> [StageOutcome] {
        let name = plan.services.first?.name
        let outcomes = try await verifier.verify(commit, services: plan.services) { [events] in events(name, $0) }
        try RepairJudgement.refuseInterrupted(outcomes)
        return outcomes
    }

    /// Tests that fail and did not before are run once more: what passes then is flaky, and no fault of the patch.
    private func withoutFlaky(
        _ outcomes: [StageOutcome], _ before: [StageOutcome], of trial: Revision, _ plan: RepairPlan,
        _ verdict: inout Verdict
    ) async throws(Failure) -> [StageOutcome] {
        let broken = RepairJudgement.broken(outcomes, before)
        guard !broken.isEmpty else { return outcomes }
        let again = try await verify(trial, plan)
        let still = Set(RepairJudgement.broken(again, before))
        guard RepairJudgement.doesBuild(again) || !RepairJudgement.doesBuild(outcomes),
            !broken.allSatisfy(still.contains)
        else { return outcomes }
        verdict.flaky = broken.filter { !still.contains($0) }
        return again
    }

    /// Errors of files that could be read before and cannot be with the patch; nil where there are none.
    private func newSyntaxErrors(_ plan: RepairPlan, tip: Revision) async throws(Failure) -> [Diagnostic]? {
        var files: [String: [UInt8]] = [:]
        for edit in plan.edits { files[edit.path] = edit.content }
        let after = try await verifier.syntaxErrors(files)
        guard !after.isEmpty else { return nil }
        var old: [String: [UInt8]] = [:]
        for path in files.keys {
            old[path] = try await repository.content(of: path, at: tip, limit: options.policy.maximumFileBytes)
        }
        let before = try await verifier.syntaxErrors(old)
        let introduced = DiagnosticSet.compare(from: .init(before), to: .init(after)).introduced
        return introduced.isEmpty ? nil : introduced
    }
}
