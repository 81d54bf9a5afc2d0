import Git
import History
import Model
import Repair
import Settings

/// Puts the repair loop together.
struct InboxParts: Sendable {
    let parts: CycleParts
    let stages: StageParts
    let layout: WorkspaceLayout
    /// What a feedback says is somebody's text: secrets in it are not shown.
    let mask: @Sendable (String) -> String

    /// - Parameters:
    ///   - applied: told when there is something for the next cycle.
    ///   - decided: told of each verdict.
    ///   - proposed: told of each repair on a branch of its own.
    func make(
        applied: @escaping @Sendable () -> Void, decided: @escaping @Sendable () -> Void,
        proposed: @escaping @Sendable (Verdict, Feedback) async throws(Failure) -> Void
    ) -> InboxService {
        let parts = parts
        let narrator = parts.narrator
        let repository = GitRepairRepository(
            origin: parts.origin, followsForcePush: parts.options.followsForcePush,
            proposals: ProposalCases(history: parts.history))
        let repair = RepairEngine(
            options: parts.options.repair, repository: repository, verifier: verifier,
            journal: HistoryRepairJournal(history: parts.history),
            actions: ServiceActions(history: parts.history, operations: parts.operations),
            queue: RepairQueue(limit: parts.options.parallel),
            events: { service, event in narrator.show(verification: event, of: service) })
        return InboxService(
            inbox: FeedbackInbox(
                folder: layout.feedback, sizeLimit: parts.options.feedbackLimit, digest: { SHA256.hex(of: $0) }),
            engine: repair, history: parts.history, narrator: narrator, publisher: parts.publisher, mask: mask,
            isCommitted: { name in await CommittedFeedback(origin: parts.origin).holds(name) },
            deployOther: { (verdict, feedback) throws(Failure) in
                guard let name = feedback.alsoDeploys.flatMap({ ServiceName($0) }), name != verdict.service else {
                    return
                }
                try await parts.history.restartRequested(
                    service: name, by: ServiceActions.requester(verdict.feedback), at: .now)
            },
            applied: applied, decided: decided, proposed: proposed)
    }

    private var verifier: StageVerifier {
        let parts = parts
        return StageVerifier(
            layout: layout, options: parts.options, origin: parts.origin, runner: parts.executor,
            sandbox: stages.sandbox,
            list: { (revision) throws(Failure) in try await parts.services(at: revision) },
            syntax: SyntaxCheck(
                processes: stages.processes, environment: stages.environment, scratch: "\(layout.own)/scratch/syntax"),
            findings: { (service) throws(Failure) in try await FindingsInHistory(history: parts.history).of(service) })
    }
}
