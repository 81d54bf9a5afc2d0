import Git
import History
import Model
import Repair

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Takes what lies in the inbox, one file after the other, to a verdict.
actor InboxService {
    private let inbox: FeedbackInbox
    private let engine: RepairEngine
    private let history: HistoryStore
    private let narrator: Narrator
    private let publisher: LogPublisher
    /// What a feedback says is somebody's text: secrets in it are not shown.
    private let mask: @Sendable (String) -> String
    /// Whether a file of the inbox is part of a commit: anybody who may push has sent it then.
    private let isCommitted: @Sendable (String) async -> Bool
    /// Asks for the service that a feedback wants restarted.
    private let restart: @Sendable (Verdict, Feedback) async throws(Failure) -> Void
    /// Told when something was pushed to main.
    private let applied: @Sendable () -> Void
    /// Told of each verdict.
    private let told: @Sendable () -> Void
    /// Told of each repair on a branch of its own.
    private let proposed: @Sendable (Verdict, Feedback) async throws(Failure) -> Void
    private var isBusy = false
    private var pauses = RetryPauses()
    /// Marks the phase `decided` of a verdict that has been acted upon.
    private static let told = "told"

    init(
        inbox: FeedbackInbox, engine: RepairEngine, history: HistoryStore, narrator: Narrator, publisher: LogPublisher,
        mask: @escaping @Sendable (String) -> String,
        isCommitted: @escaping @Sendable (String) async -> Bool,
        restart: @escaping @Sendable (Verdict, Feedback) async throws(Failure) -> Void,
        applied: @escaping @Sendable () -> Void, decided: @escaping @Sendable () -> Void,
        proposed: @escaping @Sendable (Verdict, Feedback) async throws(Failure) -> Void
    ) {
        self.inbox = inbox
        self.engine = engine
        self.history = history
        self.narrator = narrator
        self.publisher = publisher
        self.mask = mask
        self.isCommitted = isCommitted
        self.restart = restart
        self.applied = applied
        self.told = decided
        self.proposed = proposed
    }

    /// Makes the folder where it is missing. Throws `inbox.unusable`.
    nonisolated func prepare() throws(Failure) { try inbox.prepare() }

    /// Decides every file that lies there. One that cannot be tried now stays for another call, after a pause that grows
    /// from one failure to the next.
    ///
    /// - Returns: how many verdicts there were, how many files wait, and how long until the first of them is due.
    @discardableResult
    func drain() async -> (decided: Int, waiting: Int, pause: Duration?) {
        guard !isBusy else { return (0, 0, nil) }
        isBusy = true
        defer { isBusy = false }
        let names: [String]
        do throws(Failure) {
            try inbox.prepare()
            names = try inbox.names()
        } catch {
            narrator.say(LogLine("the inbox cannot be looked into: \(error)", level: .error))
            return (0, 1, pauses.failed(""))
        }
        pauses.forget(allBut: names)
        var decided = 0
        var waiting = 0
        for name in names where !Task.isCancelled {
            var digest: String?
            do throws(Failure) {
                guard let item = try inbox.read(name) else { continue }
                if case .document(_, _, let read) = item { digest = read }
                guard pauses.isDue(name, digest) else {
                    waiting += 1
                    continue
                }
                try await decide(item)
                pauses.succeeded(name)
                told()
                decided += 1
            } catch {
                waiting += 1
                pauses.failed(name, digest)
                narrator.say(LogLine("feedback '\(name)' waits: \(error)", level: .warning))
            }
        }
        return (decided, waiting, pauses.next())
    }

    private func decide(_ item: FeedbackInbox.Item) async throws(Failure) {
        switch item {
        case .unacceptable(let name, let reason):
            try await close(name, Verdict(feedback: name, decision: .rejected, reason: reason))
        case .document(let name, let bytes, let digest):
            let feedback: Feedback
            do throws(Failure) {
                feedback = try FeedbackDecoder.decode(bytes, digest: digest)
            } catch {
                if await isStillArriving(name, digest) {
                    throw Failure(.init("inbox.arriving"), "it is still being written", scheduling: .retry)
                }
                return try await close(name, Verdict(feedback: name, decision: .rejected, reason: "\(error)"))
            }
            narrator.say(LogLine(mask("feedback '\(feedback.id)': \(feedback.description.prefix { !$0.isNewline })")))
            let origin: FeedbackOrigin = await isCommitted(name) ? .commit : .folder
            let verdict = try await engine.decide(feedback, file: name, digest: digest, origin: origin)
            // What was decided then was acted upon then.
            if verdict.isRepeated { return try await close(name, verdict) }
            // Before the file is moved away: what was pushed is deployed wherever that may go, and after a kill it is decided
            // again. Once, however often the filing fails.
            if [.applied, .accepted].contains(verdict.decision), !verdict.isDryRun,
                try await history.feedback(verdict.feedback)?.detail != Self.told
            {
                try await restart(verdict, feedback)
                applied()
                try await history.feedbackPhase(id: verdict.feedback, phase: .decided, detail: Self.told)
            }
            if verdict.decision == .proposed { try await proposed(verdict, feedback) }
            try await close(name, verdict)
            try await history.feedbackPhase(id: verdict.feedback, phase: .done)
        }
    }

    /// A file that changes within half a second is not complete yet.
    private func isStillArriving(_ name: String, _ digest: String) async -> Bool {
        try? await Task.sleep(for: .milliseconds(500))
        guard case .document(_, _, let now)? = try? inbox.read(name) else { return true }
        return now != digest
    }

    private func close(_ name: String, _ verdict: Verdict) async throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document: [UInt8]
        do {
            document = Array(try encoder.encode(verdict)) + [10]
        } catch {
            throw Failure(.init("repair.verdict"), "the verdict on '\(name)' cannot be written", cause: "\(error)")
        }
        let destination = try inbox.file(name, as: verdict.decision, verdict: document)
        // Not as the service's line: it would stand in the report of a cycle that fails at that moment.
        narrator.say(
            LogLine(
                mask(
                    "feedback '\(verdict.feedback)' \(verdict.decision.rawValue): \(verdict.reason) (feedback/\(destination))"
                ),
                level: verdict.decision == .rejected ? .warning : .info))
        await publisher.publish(verdict, document: document)
    }
}
