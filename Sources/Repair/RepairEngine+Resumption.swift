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
    func resumed(_ commit: Revision?, _ plan: RepairPlan, tip: Revision) async throws(Failure) -> Revision? {
        guard let commit, try await repository.parent(of: commit) == tip, try await hold(plan.edits, at: commit) else {
            return nil
        }
        return commit
    }

    /// The plan of the same feedback when what its commit changed is in main still, whatever else became of those files, and
    /// by whatever commit it came there: a snippet has no place any more where its finding is gone, or would get in twice where a line is its anchor.
    func landed(
        _ feedback: Feedback, _ progress: RepairProgress, services: [Service], tip: Revision
    ) async throws(Failure) -> RepairPlan? {
        guard let earlier = progress.earlier, let base = try await repository.parent(of: earlier) else { return nil }
        var plan = RepairPlan()
        for path in try await repository.changes(of: earlier) {
            guard let owner = PatchTarget.owner(of: path, services),
                try await isKept(path, from: base, by: earlier, at: tip)
            else { return nil }
            if !plan.services.contains(where: { $0.name == owner.name }) { plan.services.append(owner) }
            plan.placements.append(.init(file: path, statedLine: 0, appliedLine: nil, method: "already applied"))
        }
        guard !plan.services.isEmpty else { return nil }
        for patch in feedback.patches {
            let format = patch.format ?? (PatchReader.format(of: Array(patch.text.utf8)) ?? .snippet).rawValue
            if !plan.dialects.contains(format) { plan.dialects.append(format) }
        }
        return plan
    }

    /// Whether a file has what a commit made of it: merging it in once more would change nothing.
    private func isKept(_ path: String, from base: Revision, by commit: Revision, at tip: Revision)
        async throws(Failure) -> Bool
    {
        let kind = try await repository.kind(of: path, at: tip)
        guard kind == (try await repository.kind(of: path, at: commit)) else { return false }
        let limit = options.policy.maximumFileBytes
        do throws(Failure) {
            guard let theirs = try await repository.content(of: path, at: commit, limit: limit) else { return true }
            guard let ours = try await repository.content(of: path, at: tip, limit: limit) else { return false }
            if ours == theirs { return true }
            let then = try await repository.content(of: path, at: base, limit: limit) ?? []
            return try await repository.merge(base: then, ours: ours, theirs: theirs) == ours
        } catch {
            guard error.isRejection else { throw error }
            return false
        }
    }

    /// The plan of a patch that does not fit any more because it has been applied, such as a deletion that is sent
    /// again. That is known of the same feedback's commit, and of a base that the author names: what the patch makes of
    /// that one must be what main holds.
    func standing(
        _ feedback: Feedback, _ progress: RepairProgress, services: [Service], tip: Revision
    ) async throws(Failure) -> RepairPlan? {
        var bases: [Revision] = []
        if let earlier = progress.earlier, try await repository.contains(earlier, in: tip),
            let base = try await repository.parent(of: earlier)
        {
            bases.append(base)
        }
        if let base = feedback.base, try await repository.contains(base, in: tip) { bases.append(base) }
        for base in bases {
            do throws(Failure) {
                let plans = try await self.plans(of: feedback, services: services, at: base)
                guard plans.count == 1, var plan = plans.first, try await hold(plan.edits, at: tip) else { continue }
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
        _ branch: String, for feedback: Feedback, _ plan: RepairPlan, _ progress: RepairProgress, tip: Revision,
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
