import Diagnostics
package import Model

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

    private let options: Options
    private let repository: any RepairRepository
    private let verifier: any RepairVerifier
    private let journal: any RepairJournal
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

    /// Takes a feedback to its verdict.
    ///
    /// Throws only what says nothing about the patch (the remote is away, the disk is full, the work was cancelled):
    /// the feedback then stays in the inbox. A patch that is no good is a verdict, not an error.
    package func decide(_ feedback: Feedback, file: String, digest: String) async throws(Failure) -> Verdict {
        if let earlier = try await journal.digest(of: feedback.id), earlier != digest {
            return try await close(
                Verdict(
                    feedback: feedback.id, decision: .rejected,
                    reason:
                        "the id '\(feedback.id)' was used by another feedback before; leave \"id\" out or choose a new one"
                ))
        }
        try await journal.received(id: feedback.id, file: file, digest: digest)
        let branch = options.branchPrefix + feedback.id
        if let commit = try await repository.commit(withFeedback: feedback.id, branch: branch) {
            // A kill came between the push and the verdict.
            var verdict = Verdict(
                feedback: feedback.id, decision: options.proposes ? .proposed : .applied,
                reason: "it was committed as \(commit.short) before the daemon was interrupted")
            verdict.commit = commit
            verdict.branch = options.proposes ? branch : nil
            return try await close(verdict)
        }
        do throws(Failure) {
            let diff = try UnifiedDiffParser.parse(feedback.patch)
            return try await close(try await attempt(feedback, diff, branch: branch))
        } catch {
            guard error.code.rawValue.hasPrefix("feedback.") else { throw error }
            return try await close(Verdict(feedback: feedback.id, decision: .rejected, reason: "\(error)"))
        }
    }

    private func close(_ verdict: Verdict) async throws(Failure) -> Verdict {
        var verdict = verdict
        verdict.decidedAt = .now
        try await journal.decided(verdict)
        return verdict
    }

    private func attempt(_ feedback: Feedback, _ diff: UnifiedDiff, branch: String) async throws(Failure) -> Verdict {
        for _ in 0..<max(1, options.rounds) {
            let tip = try await repository.tip()
            let services = try await verifier.services(at: tip)
            let plan = try await PatchPlan.make(
                diff, feedback: feedback, services: services, policy: options.policy, at: tip, in: repository)
            try await journal.phase(id: feedback.id, phase: "located", detail: plan.service.name.text)
            var verdict = Verdict(feedback: feedback.id, decision: .rejected, reason: "")
            verdict.dialect = "unified-diff"
            verdict.placements = plan.placements
            verdict.service = plan.service.name
            verdict.base = tip
            if plan.isAlreadyApplied {
                verdict.decision = .alreadyApplied
                verdict.reason = "every change of the patch is in \(tip.short) already"
                return verdict
            }
            guard let commit = try await verified(plan, feedback, tip: tip, &verdict) else { return verdict }
            let publication: Publication = options.proposes ? .branch(branch) : .main
            try await journal.phase(id: feedback.id, phase: "committed", detail: commit.hex)
            switch try await repository.publish(commit, expecting: tip, to: publication) {
            case .published:
                try await journal.phase(id: feedback.id, phase: "pushed", detail: commit.hex)
                verdict.commit = commit
                verdict.branch = options.proposes ? branch : nil
                verdict.decision = options.proposes ? .proposed : .applied
                verdict.reason =
                    options.proposes
                    ? "verified and pushed to '\(branch)' as \(commit.short)"
                    : "verified and pushed to main as \(commit.short)"
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
        try Self.refuseInterrupted(outcomes)
        // A stage that nobody has run cannot vouch for anything.
        guard outcomes.contains(where: { $0.status != .unsupported }) else {
            verdict.reason = "the patch could not be verified: '\(service)' has no build and no test stage that runs"
            return nil
        }
        let isGreen = outcomes.allSatisfy(\.status.allowsProgress)
        if !isGreen {
            let before = try await verifier.verify(tip, service: plan.service) { [events] in events(service, $0) }
            try Self.refuseInterrupted(before)
            guard Self.isBetter(outcomes, than: before, &verdict) else { return nil }
        }
        return try await repository.commit(
            plan.edits, onto: tip,
            message: CommitMessage.text(of: feedback, service: service, verified: Self.summary(outcomes)))
    }

    /// A stage that could not be run says nothing about the patch.
    private static func refuseInterrupted(_ outcomes: [StageOutcome]) throws(Failure) {
        for outcome in outcomes where [.cancelled, .unavailable, .retryable].contains(outcome.status) {
            throw Failure(
                .init("repair.not-tried"), "\(outcome.stage) could not be run: \(outcome.summary)", scheduling: .retry)
        }
    }

    /// Not green, yet better: something is mended, nothing new is broken, no test that passed fails.
    static func isBetter(_ after: [StageOutcome], than before: [StageOutcome], _ verdict: inout Verdict) -> Bool {
        let comparison = DiagnosticSet.compare(
            from: DiagnosticSet(before.flatMap(\.diagnostics)).errors,
            to: DiagnosticSet(after.flatMap(\.diagnostics)).errors)
        verdict.fixed = comparison.fixed
        verdict.introduced = comparison.introduced
        verdict.remaining = comparison.remaining
        let passedBefore = before.compactMap(\.tests).reduce(into: Set<String>()) { $0.formUnion($1.passed) }
        let passedAfter = after.compactMap(\.tests).reduce(into: Set<String>()) { $0.formUnion($1.passed) }
        let broken = passedBefore.subtracting(passedAfter).sorted()
        let failed = after.first { !$0.status.allowsProgress }
        let what = failed.map { "\($0.stage): \($0.summary)" } ?? ""
        let reached = { (outcomes: [StageOutcome]) in outcomes.count { $0.status.allowsProgress } }
        if !broken.isEmpty {
            verdict.reason = "tests that passed fail with the patch: \(broken.prefix(5).joined(separator: ", "))"
        } else if let first = comparison.introduced.first {
            verdict.reason = "with the patch, \(what); new: \(first.line)"
        } else if comparison.fixed.isEmpty || reached(after) < reached(before) {
            let rest = comparison.remaining.first.map { "; still: \($0.line)" } ?? ""
            verdict.reason = "with the patch, \(what)\(rest)"
        } else {
            return true
        }
        return false
    }

    static func summary(_ outcomes: [StageOutcome]) -> String {
        guard !outcomes.isEmpty else { return "no stage to run" }
        return outcomes.map { outcome in
            let tests = outcome.tests.map { " (\($0.count(.passed)) passed, \($0.count(.failed)) failed)" } ?? ""
            return "\(outcome.stage) \(outcome.status.rawValue)\(tests)"
        }.joined(separator: ", ")
    }
}
