package import Model
import Patches

/// The life of one feedback: located, tried, committed, published - or refused with what would make it better.
package struct RepairEngine: Sendable {
    package struct Options: Hashable, Sendable {
        /// Pull requests are the default: a branch of its own for each feedback. False commits to main.
        package var proposes = true
        package var branchPrefix = "codex/"
        /// How often a patch is located and verified anew because main has moved.
        package var rounds = 3
        package var policy = GuardPolicy()
        package init() {}
    }

    let options: Options
    let repository: any RepairRepository
    let verifier: any RepairVerifier
    let journal: any RepairJournal
    private let events: @Sendable (ServiceName?, StageEvent) -> Void

    /// - Parameter events: what the verification's stages print, for the log.
    package init(
        options: Options, repository: any RepairRepository, verifier: any RepairVerifier, journal: any RepairJournal,
        events: @escaping @Sendable (ServiceName?, StageEvent) -> Void = { _, _ in }
    ) {
        self.options = options
        self.repository = repository
        self.verifier = verifier
        self.journal = journal
        self.events = events
    }

    /// Takes a feedback to its verdict; one that was decided already and not put away has its verdict again.
    ///
    /// Throws only what says nothing about the patch (the remote is away, the disk is full, the work was cancelled):
    /// the feedback then stays in the inbox. A patch that is no good is a verdict, not an error.
    package func decide(_ feedback: Feedback, file: String, digest: String) async throws(Failure) -> Verdict {
        var feedback = feedback
        let sentID = feedback.id
        let isForeign = try await journal.digest(of: sentID).map { $0 != digest } ?? false
        // Not under the other one's name, whose journal goes on.
        if isForeign { feedback.id = FeedbackDecoder.id(for: digest) }
        let progress = try await journal.received(id: feedback.id, file: file, digest: digest)
        if let verdict = progress.verdict { return verdict }
        if isForeign {
            return try await close(
                Verdict(
                    feedback: feedback.id, decision: .rejected,
                    reason:
                        "the id '\(sentID)' was used by another feedback before; leave \"id\" out or choose a new one"))
        }
        let verdict: Verdict
        do throws(Failure) {
            let patch = try PatchReader.read(Array(feedback.patch.utf8), target: feedback.target)
            verdict = try await attempt(feedback, patch, progress)
        } catch {
            guard error.isRejection else { throw error }
            verdict = Verdict(feedback: feedback.id, decision: .rejected, reason: "\(error)")
        }
        return try await close(verdict)
    }

    private func close(_ verdict: Verdict) async throws(Failure) -> Verdict {
        var verdict = verdict
        verdict.decidedAt = .now
        try await journal.decided(verdict)
        return verdict
    }

    private func attempt(_ feedback: Feedback, _ diff: PatchSet, _ progress: RepairProgress) async throws(Failure)
        -> Verdict
    {
        let branch = options.branchPrefix + feedback.id
        for _ in 0..<max(1, options.rounds) {
            let tip = try await repository.tip()
            if let verdict = try await arrived(progress.commit, of: feedback, branch: branch, tip: tip) {
                return verdict
            }
            let services = try await verifier.services(at: tip)
            let plan: PatchPlan
            do throws(Failure) {
                plan = try await PatchPlan.make(
                    diff, feedback: feedback, services: services, policy: options.policy, at: tip, in: repository)
            } catch {
                guard error.isRejection,
                    let standing = try await standing(diff, feedback, progress, services: services, tip: tip)
                else { throw error }
                plan = standing
            }
            try await journal.phase(id: feedback.id, phase: "located", detail: plan.service.name.text)
            var verdict = Verdict(feedback: feedback.id, decision: .rejected, reason: "")
            verdict.dialect = diff.format.rawValue
            verdict.placements = plan.placements
            verdict.service = plan.service.name
            verdict.base = tip
            if plan.isAlreadyApplied {
                verdict.decision = .alreadyApplied
                verdict.reason = "every change of the patch is in \(tip.short) already"
                // The one that brought it there, where that is known.
                if let earlier = progress.earlier, try await repository.contains(earlier, in: tip) {
                    verdict.commit = earlier
                }
                return verdict
            }
            if options.proposes {
                guard try await isFree(branch, for: feedback, plan, progress, tip: tip, &verdict) else {
                    return verdict
                }
            }
            let commit: Revision
            if let made = try await resumed(progress.commit, plan, tip: tip) {
                commit = made
            } else {
                guard let made = try await verified(plan, feedback, tip: tip, &verdict) else { return verdict }
                commit = made
            }
            try await journal.phase(id: feedback.id, phase: "committed", detail: commit.hex)
            switch try await repository.publish(
                commit, expecting: tip, to: options.proposes ? .branch(branch) : .main)
            {
            case .published:
                try await journal.phase(id: feedback.id, phase: "pushed", detail: commit.hex)
                verdict.publish(commit, branch: options.proposes ? branch : nil)
                verdict.reason =
                    "verified and pushed to \(options.proposes ? "'\(branch)'" : "main") as \(commit.short)"
                return verdict
            case .moved:
                // What was verified is no longer what would be deployed: locate and verify on the new main.
                continue
            }
        }
        return Verdict(
            feedback: feedback.id, decision: .rejected,
            reason: "main moved \(options.rounds) times while the patch was being verified; send it again later")
    }

    /// The commit to publish, or nil with the verdict's reason filled in.
    private func verified(_ plan: PatchPlan, _ feedback: Feedback, tip: Revision, _ verdict: inout Verdict)
        async throws(Failure) -> Revision?
    {
        let service = plan.service.name
        let trial = try await repository.commit(
            plan.edits, onto: tip,
            message: CommitMessage.text(of: feedback, service: service, verified: "not verified yet"))
        try await journal.phase(id: feedback.id, phase: "trying", detail: trial.hex)
        let outcomes = try await verifier.verify(trial, service: plan.service) { [events] in events(service, $0) }
        verdict.tried = outcomes
        try RepairJudgement.refuseInterrupted(outcomes)
        // A stage that nobody has run cannot vouch for anything.
        guard outcomes.contains(where: { $0.status != .unsupported }) else {
            verdict.reason = "the patch could not be verified: '\(service)' has no build and no test stage that runs"
            return nil
        }
        if !outcomes.allSatisfy(\.status.allowsProgress) {
            let before = try await verifier.verify(tip, service: plan.service) { [events] in events(service, $0) }
            try RepairJudgement.refuseInterrupted(before)
            guard RepairJudgement.isBetter(outcomes, than: before, &verdict) else { return nil }
        }
        return try await repository.commit(
            plan.edits, onto: tip,
            message: CommitMessage.text(
                of: feedback, service: service, verified: RepairJudgement.summary(outcomes)))
    }
}

extension Verdict {
    mutating func publish(_ commit: Revision, branch: String?) {
        self.commit = commit
        self.branch = branch
        decision = branch == nil ? .applied : .proposed
    }
}
