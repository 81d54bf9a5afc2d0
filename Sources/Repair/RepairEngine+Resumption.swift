import Model
import Patches

/// What was done for a feedback before it came (again): nothing is built, committed or pushed twice.
extension RepairEngine {
    /// The verdict where a push came through and the daemon, or its connection, was cut off before it knew.
    func arrived(_ commit: Revision?, of feedback: Feedback, branch: String, tip: Revision) async throws(Failure)
        -> Verdict?
    {
        guard let commit else { return nil }
        var verdict = Verdict(
            feedback: feedback.id, decision: .applied,
            reason: "it was committed as \(commit.short) before the daemon was interrupted")
        verdict.base = try await repository.parent(of: commit)
        if try await repository.contains(commit, in: tip) {
            verdict.publish(commit, branch: nil)
        } else if options.proposes, try await repository.proposal(at: branch)?.commit == commit {
            verdict.publish(commit, branch: branch)
        } else {
            return nil
        }
        return verdict
    }

    /// The commit that an earlier try has verified, while it is still what would be made today.
    func resumed(_ commit: Revision?, _ plan: PatchPlan, tip: Revision) async throws(Failure) -> Revision? {
        guard let commit, try await repository.parent(of: commit) == tip, try await hold(plan.edits, at: commit) else {
            return nil
        }
        return commit
    }

    /// The plan of a patch that does not fit any more because it has been applied, such as a deletion that is sent
    /// again. That is known of the same feedback's commit, and of a base that the author names: what the patch makes of
    /// that one must be what main holds.
    func standing(
        _ diff: PatchSet, _ feedback: Feedback, _ progress: RepairProgress, services: [Service], tip: Revision
    ) async throws(Failure) -> PatchPlan? {
        var bases: [Revision] = []
        if let earlier = progress.earlier, try await repository.contains(earlier, in: tip),
            let base = try await repository.parent(of: earlier)
        {
            bases.append(base)
        }
        if let base = feedback.base, try await repository.contains(base, in: tip) { bases.append(base) }
        for base in bases {
            do throws(Failure) {
                var plan = try await PatchPlan.make(
                    diff, feedback: feedback, services: services, policy: options.policy, at: base, in: repository)
                guard try await hold(plan.edits, at: tip) else { continue }
                plan.isAlreadyApplied = true
                for index in plan.placements.indices { plan.placements[index].method = "already applied" }
                return plan
            } catch {
                guard error.isRejection else { throw error }
            }
        }
        return nil
    }

    /// Whether a proposal may be made on the branch; else the verdict says what it holds. Throws `feedback.branch` where
    /// that is something else.
    func isFree(
        _ branch: String, for feedback: Feedback, _ plan: PatchPlan, _ progress: RepairProgress, tip: Revision,
        _ verdict: inout Verdict
    ) async throws(Failure) -> Bool {
        guard let proposal = try await repository.proposal(at: branch) else { return true }
        let isMerged = try await repository.contains(proposal.commit, in: tip)
        var isSame = proposal.commit == progress.earlier
        if !isSame, proposal.feedback == feedback.id { isSame = try await hold(plan.edits, at: proposal.commit) }
        guard isSame, !isMerged else {
            throw Failure(
                .branch, "the branch '\(branch)' is at origin already",
                remedy: "choose another \"id\", or delete that branch")
        }
        verdict.publish(proposal.commit, branch: branch)
        verdict.reason = "it was proposed before: '\(branch)' holds it as \(proposal.commit.short)"
        return false
    }

    /// Whether the files at a revision read as the edits want them.
    private func hold(_ edits: [FileEdit], at revision: Revision) async throws(Failure) -> Bool {
        for edit in edits {
            let kind = try await repository.kind(of: edit.path, at: revision)
            guard let content = edit.content else {
                if kind == nil { continue }
                return false
            }
            guard kind == .file(isExecutable: edit.isExecutable) else { return false }
            do throws(Failure) {
                let found = try await repository.content(of: edit.path, at: revision, limit: content.count)
                guard found == content else { return false }
            } catch {
                // Larger than what is wanted: another one.
                guard error.isRejection else { throw error }
                return false
            }
        }
        return true
    }
}
