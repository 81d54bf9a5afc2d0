import Model

/// Main moves while a patch is being verified, and more often the more patches are verified side by side. Where everything
/// that was built and tested is byte for byte the same on the new main, building it again would say the same again.
extension RepairEngine {
    /// What was verified, on which commit.
    struct Proof: Sendable {
        var paths: Set<String>
        var content: RepairContent
        var verdict: Verdict
    }

    /// What may be carried to another main; nil where stages failed: better than before is only said of the main before.
    func proof(_ commit: Revision, of plans: [RepairPlan], _ verdict: Verdict) async throws(Failure) -> Proof? {
        guard plans.count == 1, !verdict.tried.isEmpty, verdict.tried.allSatisfy(\.status.allowsProgress) else {
            return nil
        }
        return Proof(
            paths: Set(plans[0].edits.map(\.path)),
            content: try await verifier.content(of: plans[0].services, at: commit), verdict: verdict)
    }

    /// The verified change on top of another main; nil where it has to be verified anew.
    func carried(
        _ proof: Proof?, _ plans: [RepairPlan], _ feedback: Feedback, tip: Revision, _ verdict: inout Verdict
    ) async throws(Failure) -> Revision? {
        guard let proof, plans.count == 1, proof.paths == Set(plans[0].edits.map(\.path)) else { return nil }
        let commit = try await repository.commit(
            plans[0].edits, onto: tip,
            message: CommitMessage.text(
                of: feedback,
                verified: RepairJudgement.summary(proof.verdict.tried, of: plans[0].services.map(\.name))))
        guard try await verifier.content(of: plans[0].services, at: commit) == proof.content else { return nil }
        verdict.tried = proof.verdict.tried
        verdict.fixed = proof.verdict.fixed
        verdict.flaky = proof.verdict.flaky
        return commit
    }
}
