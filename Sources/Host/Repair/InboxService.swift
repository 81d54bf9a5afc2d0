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
    /// Asks for the service that a feedback wants restarted.
    private let restart: @Sendable (Verdict, Feedback) async throws(Failure) -> Void
    /// Told when something was pushed to main.
    private let applied: @Sendable () -> Void
    private var isBusy = false

    init(
        inbox: FeedbackInbox, engine: RepairEngine, history: HistoryStore, narrator: Narrator, publisher: LogPublisher,
        restart: @escaping @Sendable (Verdict, Feedback) async throws(Failure) -> Void,
        applied: @escaping @Sendable () -> Void
    ) {
        self.inbox = inbox
        self.engine = engine
        self.history = history
        self.narrator = narrator
        self.publisher = publisher
        self.restart = restart
        self.applied = applied
    }

    /// Makes the folder where it is missing. Throws `inbox.unusable`.
    nonisolated func prepare() throws(Failure) { try inbox.prepare() }

    /// Decides every file that lies there. One that cannot be tried now stays for the next call.
    ///
    /// - Returns: how many verdicts there were, and how many files wait for another try.
    @discardableResult
    func drain() async -> (decided: Int, waiting: Int) {
        guard !isBusy else { return (0, 0) }
        isBusy = true
        defer { isBusy = false }
        var decided = 0
        var waiting = 0
        for name in inbox.names() where !Task.isCancelled {
            guard let item = inbox.read(name) else { continue }
            do throws(Failure) {
                try await decide(item)
                decided += 1
            } catch {
                waiting += 1
                narrator.say(LogLine("feedback '\(name)' waits: \(error)", level: .warning))
            }
        }
        return (decided, waiting)
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
            narrator.say(LogLine("feedback '\(feedback.id)': \(feedback.description.prefix { $0 != "\n" })"))
            let verdict = try await engine.decide(feedback, file: name, digest: digest)
            // Before the file is moved away: after a kill it is decided again, and the request is there once.
            if verdict.decision == .applied { try await restart(verdict, feedback) }
            try await close(name, verdict)
            try await history.feedbackPhase(id: feedback.id, phase: .done)
            if verdict.decision == .applied { applied() }
        }
    }

    /// A file that changes within half a second is not complete yet.
    private func isStillArriving(_ name: String, _ digest: String) async -> Bool {
        try? await Task.sleep(for: .milliseconds(500))
        guard case .document(_, _, let now)? = inbox.read(name) else { return true }
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
        narrator.say(
            LogLine(
                "feedback '\(verdict.feedback)' \(verdict.decision.rawValue): \(verdict.reason) (feedback/\(destination))",
                level: verdict.decision == .rejected ? .warning : .info, service: verdict.service))
        await publisher.publish(verdict, document: document)
    }
}
