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
        /// What a feedback that is part of a commit may ask for without a patch.
        package var committedActions: Set<Feedback.Action> = [.restart, .redeploy]
        package init() {}
    }

    let options: Options
    let repository: any RepairRepository
    let verifier: any RepairVerifier
    let journal: any RepairJournal
    let actions: any RepairActions
    /// Where a feedback takes its place before it is decided.
    package let queue: RepairQueue
    let events: @Sendable (ServiceName?, StageEvent) -> Void

    /// - Parameters:
    ///   - queue: whom those wait for that are decided at the same time.
    ///   - events: what the verification's stages print, for the log.
    package init(
        options: Options, repository: any RepairRepository, verifier: any RepairVerifier, journal: any RepairJournal,
        actions: any RepairActions, queue: RepairQueue = RepairQueue(limit: 1),
        events: @escaping @Sendable (ServiceName?, StageEvent) -> Void = { _, _ in }
    ) {
        self.options = options
        self.repository = repository
        self.verifier = verifier
        self.journal = journal
        self.actions = actions
        self.queue = queue
        self.events = events
    }

    /// Takes a feedback to its verdict; one that was decided already and not put away has its verdict again, and so has an id
    /// that came before.
    ///
    /// Throws only what says nothing about the patch (the remote is away, the disk is full, the work was cancelled):
    /// the feedback then stays in the inbox. A patch that is no good is a verdict, not an error.
    ///
    /// - Parameter place: in the queue, taken for the id that was sent; whoever took it leaves it.
    package func decide(
        _ feedback: Feedback, file: String, digest: String, origin: FeedbackOrigin = .folder, place: RepairQueue.Place
    ) async throws(Failure) -> Verdict {
        try await queue.begin(place)
        var feedback = feedback
        let sentID = feedback.id
        // What has no id of its own may be sent again, such as after a revert; a file of a commit counts once.
        let isNamed = sentID != FeedbackDecoder.id(for: digest) || origin == .commit
        if isNamed, !feedback.isDryRun, var first = try await journal.firstVerdict(of: sentID) {
            first.isRepeated = true
            return first
        }
        let isForeign = try await journal.digest(of: sentID).map { $0 != digest } ?? false
        // Not under the other one's name, whose journal goes on.
        if isForeign, try await journal.isOpen(sentID) { feedback.id = FeedbackDecoder.id(for: digest) }
        let progress = try await journal.received(id: feedback.id, file: file, digest: digest)
        if let verdict = progress.verdict { return verdict }
        if feedback.id != sentID {
            return try await close(
                Verdict(
                    feedback: feedback.id, decision: .rejected,
                    reason:
                        "the id '\(sentID)' is another feedback's, which waits; leave \"id\" out or choose a new one"),
                feedback)
        }
        var verdict: Verdict
        var sight: Sight?
        do throws(Failure) {
            verdict =
                if let action = feedback.action { try await carryOut(action, feedback, origin, place) } else {
                    try await attempt(feedback, progress, place, origin, &sight)
                }
        } catch {
            guard error.isRejection else { throw error }
            let isPlaceless = error.code.rawValue == Rejection.anchor.rawValue
            verdict = Verdict(
                feedback: feedback.id, decision: isPlaceless ? .needsAnchor : .rejected, reason: "\(error)")
            if let sight { verdict.subjects = await subjects(of: feedback, in: sight) }
        }
        return try await close(verdict, feedback)
    }

    private func close(_ verdict: Verdict, _ feedback: Feedback) async throws(Failure) -> Verdict {
        var verdict = verdict
        verdict.decidedAt = .now
        verdict.isDryRun = feedback.isDryRun
        verdict.action = feedback.action?.rawValue
        try await journal.decided(verdict)
        return verdict
    }

    /// The service that is to be deployed again beside the patched ones: asking for that is an action like any other.
    private func checkOther(_ feedback: Feedback, _ services: [Service], _ origin: FeedbackOrigin) throws(Failure) {
        guard let name = feedback.alsoDeploys else { return }
        if origin == .commit, !options.committedActions.contains(.redeploy) {
            throw Failure(
                .refused, "a commit may not ask for another service to be deployed again (\"restart\")",
                remedy: "leave it out, or allow 'redeploy' with DISPATCHER_COMMITTED_ACTIONS")
        }
        guard services.contains(where: { $0.name.text == name }) else {
            throw Failure(
                .target, "\"restart\": '\(name)' is no service",
                remedy: "name one of \(services.map { "'\($0.name)'" }.joined(separator: ", ")), or leave it out")
        }
    }

    /// main as a feedback was located on it last.
    struct Sight: Sendable {
        var tip: Revision
        var services: [Service]
    }

    private func attempt(
        _ feedback: Feedback, _ progress: RepairProgress, _ place: RepairQueue.Place, _ origin: FeedbackOrigin,
        _ sight: inout Sight?
    ) async throws(Failure) -> Verdict {
        let branch = options.branchPrefix + feedback.id
        var rounds = 0
        var proof: Proof?
        for _ in 0..<Self.mostMoves {
            let tip = try await repository.tip()
            if let verdict = try await arrived(progress.commit, of: feedback, branch: branch, tip: tip) {
                return verdict
            }
            let services = try await verifier.services(at: tip)
            sight = Sight(tip: tip, services: services)
            try checkOther(feedback, services, origin)
            let plans: [RepairPlan]
            do throws(Failure) {
                plans = try await located(feedback, progress, services: services, tip: tip)
            } catch {
                // What it is about may be what an earlier one is bringing.
                guard Self.mayPass(error), try await queue.settle(place) else { throw error }
                continue
            }
            let names = plans[0].services.map(\.name)
            // Main, too, may be another one after a wait.
            if try await queue.enter(place, claims: Set(plans[0].services.map(\.path))) { continue }
            try await journal.enter(.located(names), id: feedback.id)
            var verdict = Verdict(feedback: feedback.id, decision: .rejected, reason: "")
            verdict.dialect = plans[0].dialects.joined(separator: ", ")
            verdict.placements = plans.count == 1 ? plans[0].placements : []
            verdict.service = names.first
            verdict.services = names
            verdict.base = tip
            if plans.count == 1 { verdict.result = Self.name(plans[0].edits) }
            if plans.allSatisfy(\.isAlreadyApplied) {
                verdict.decision = .alreadyApplied
                verdict.reason = "every change of the patch is in \(tip.short) already"
                // The one that brought it there, where that is known.
                if let earlier = progress.earlier, try await repository.contains(earlier, in: tip) {
                    verdict.commit = earlier
                }
                return verdict
            }
            if options.proposes, !feedback.isDryRun {
                guard try await isFree(branch, for: feedback, plans[0], progress, tip: tip, &verdict) else {
                    return verdict
                }
                if plans.count == 1, let reason = try await repository.refusal(of: plans[0].edits, onto: tip) {
                    verdict.reason = reason
                    return verdict
                }
            }
            let commit: Revision
            if plans.count == 1, let made = try await resumed(progress.commit, plans[0], tip: tip) {
                commit = made
            } else if let made = try await carried(proof, plans, feedback, tip: tip, &verdict) {
                commit = made
            } else {
                guard rounds < max(1, options.rounds) else { break }
                rounds += 1
                guard let made = try await verified(plans, feedback, tip: tip, &verdict) else { return verdict }
                commit = made
            }
            if feedback.isDryRun {
                verdict.decision = .verified
                verdict.reason = "built and tested; a dry run publishes nothing"
                return verdict
            }
            try await journal.enter(.committed(commit), id: feedback.id)
            switch try await repository.publish(
                commit, expecting: tip, to: options.proposes ? .branch(branch) : .main)
            {
            case .published:
                try await journal.enter(.pushed(commit), id: feedback.id)
                verdict.publish(commit, branch: options.proposes ? branch : nil)
                verdict.reason =
                    "verified and pushed to \(options.proposes ? "'\(branch)'" : "main") as \(commit.short)"
                return verdict
            case .moved:
                // What was verified is perhaps no longer what would be deployed: locate it on the new main, and verify it there.
                proof = try await self.proof(commit, of: plans, verdict)
            }
        }
        return Verdict(
            feedback: feedback.id, decision: .rejected,
            reason:
                "main moved \(options.rounds) times while the patch was being verified; send it again later")
    }
}

extension RepairEngine {
    private static func name(_ edits: [FileEdit]) -> String {
        let files = edits.sorted { $0.path < $1.path }.map { edit in
            "\(edit.path) \(edit.isExecutable) \(edit.content.map { SHA256.hex(of: $0) } ?? "-")"
        }
        return String(SHA256.hex(of: Array(files.joined(separator: "\n").utf8)).prefix(16))
    }

    /// How often a feedback looks at main again, verified or not: each time somebody was faster, or it had to wait.
    private static let mostMoves = 100

    /// Whether a patch that has no place now may have one when those before it are through. What is malformed or forbidden
    /// stays so.
    private static func mayPass(_ failure: Failure) -> Bool {
        [Rejection.conflict, .anchor, .target, .patch].contains { $0.rawValue == failure.code.rawValue }
    }
}

extension Verdict {
    mutating func publish(_ commit: Revision, branch: String?) {
        self.commit = commit
        self.branch = branch
        decision = branch == nil ? .applied : .proposed
    }
}
