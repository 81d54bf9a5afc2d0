import Git
import History
import Model
import Repair

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Takes what lies in the inbox to verdicts: side by side what is for different services, one after the other what is for one.
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
    /// Asks for the other service that a feedback wants deployed again.
    private let deployOther: @Sendable (Verdict, Feedback) async throws(Failure) -> Void
    /// Told when something was pushed to main.
    private let applied: @Sendable () -> Void
    /// Told of each verdict.
    private let decided: @Sendable () -> Void
    /// Told of each repair on a branch of its own.
    private let proposed: @Sendable (Verdict, Feedback) async throws(Failure) -> Void
    private var isLooking = false
    private var isEnding = false
    private var pauses = RetryPauses()
    /// The files in hand.
    private var work: [String: Task<Void, Never>] = [:]
    /// Those of them that are actions.
    private var actions: Set<String> = []
    /// Files that were read and are no actions, for as long as they are the same.
    private var others: [String: FeedbackInbox.Stamp] = [:]
    private var verdicts = 0
    /// Files whose waiting is written down; nil until that was read.
    private var waiting: Set<String>?
    /// Patches that are in hand at a time: each is in memory.
    private static let most = 32
    /// Marks the phase `decided` of a verdict that has been acted upon.
    private static let actedUpon = "told"

    init(
        inbox: FeedbackInbox, engine: RepairEngine, history: HistoryStore, narrator: Narrator, publisher: LogPublisher,
        mask: @escaping @Sendable (String) -> String,
        isCommitted: @escaping @Sendable (String) async -> Bool,
        deployOther: @escaping @Sendable (Verdict, Feedback) async throws(Failure) -> Void,
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
        self.deployOther = deployOther
        self.applied = applied
        self.decided = decided
        self.proposed = proposed
    }

    /// Makes the folder where it is missing. Throws `inbox.unusable`.
    nonisolated func prepare() throws(Failure) { try inbox.prepare() }

    /// Begins with every file that lies there and is not in hand yet. One that cannot be tried now is tried in another call,
    /// after a pause that grows from one failure to the next.
    ///
    /// - Parameter changed: told when it is worth while to look again.
    /// - Returns: how long until the first of those is due.
    func look(changed: @escaping @Sendable () -> Void = {}) async -> Duration? {
        guard !isLooking, !isEnding else { return nil }
        isLooking = true
        defer { isLooking = false }
        let names: [String]
        do throws(Failure) {
            try inbox.prepare()
            names = try inbox.names()
        } catch {
            narrator.say(LogLine("the inbox cannot be looked into: \(error)", level: .error))
            return pauses.failed("")
        }
        pauses.forget(allBut: names)
        await closeWhatIsGone(names)
        await beginActions(names, changed)
        for name in names where work[name] == nil && hasRoom && !Task.isCancelled && !isEnding {
            do throws(Failure) {
                guard let item = try inbox.read(name), pauses.isDue(name, item.digest) else { continue }
                await begin(name, item, Self.decoded(item), changed)
            } catch {
                // What cannot be read is told of when its pause is over, and not at each look.
                if pauses.isDue(name, nil) { await waits(name, nil, error) }
            }
        }
        return pauses.next(except: Set(work.keys))
    }

    private var hasRoom: Bool { work.count - actions.count < Self.most }

    /// What is asked for what runs is small and urgent: it stands behind no patch, however many lie there.
    private func beginActions(_ names: [String], _ changed: @escaping @Sendable () -> Void) async {
        let isThere = Set(names)
        others = others.filter { isThere.contains($0.key) }
        for name in names where work[name] == nil && !Task.isCancelled && !isEnding {
            let stamp = inbox.stamp(name)
            if stamp != nil, others[name] == stamp { continue }
            guard let item = try? inbox.read(name) else { continue }
            guard case .success(let feedback)? = Self.decoded(item), feedback.action != nil else {
                others[name] = stamp
                continue
            }
            guard pauses.isDue(name, item.digest) else { continue }
            actions.insert(name)
            await begin(name, item, .success(feedback), changed)
        }
    }

    /// nil for what cannot be a feedback, whatever is in it.
    private static func decoded(_ item: FeedbackInbox.Item) -> Result<Feedback, Failure>? {
        guard case .document(_, let bytes, let digest) = item else { return nil }
        do throws(Failure) { return .success(try FeedbackDecoder.decode(bytes, digest: digest)) } catch {
            return .failure(error)
        }
    }

    /// The same until nothing is in hand any more.
    ///
    /// - Returns: how many verdicts there were, and how many files wait.
    @discardableResult
    func drain() async -> (decided: Int, waiting: Int) {
        let before = verdicts
        await withTaskCancellationHandler {
            while true {
                _ = await look()
                if work.isEmpty { break }
                for task in work.values { await task.value }
            }
        } onCancel: {
            Task { await self.end() }
        }
        return (verdicts - before, pauses.count)
    }

    /// Cuts off what is in hand, and waits until it is over; the files stay where they are.
    func end() async {
        isEnding = true
        for task in work.values { task.cancel() }
        for task in work.values { await task.value }
    }

    private func begin(
        _ name: String, _ item: FeedbackInbox.Item, _ feedback: Result<Feedback, Failure>?,
        _ changed: @escaping @Sendable () -> Void
    ) async {
        await goesOn(name)
        // Taken here, in the order of the files: a task of its own may begin later than the next one's.
        let place = await engine.queue.take(
            id: (try? feedback?.get().id) ?? "file \(name)", isAction: actions.contains(name))
        guard !isEnding else { return await engine.queue.leave(place) }
        work[name] = Task {
            do throws(Failure) {
                try await decide(item, feedback, place)
                pauses.succeeded(name)
                verdicts += 1
                decided()
            } catch {
                await waits(name, item.digest, error)
            }
            await engine.queue.leave(place)
            work[name] = nil
            actions.remove(name)
            changed()
        }
    }

    private func waits(_ name: String, _ digest: String?, _ failure: Failure) async {
        let pause = pauses.failed(name, digest)
        if Task.isCancelled {
            // By a reload, or the daemon's end: no fault, and nothing that would pass.
            return narrator.say(LogLine("feedback '\(name)' is cut off, and taken up again"))
        }
        narrator.say(LogLine("feedback '\(name)' waits: \(failure)", level: .warning))
        let wait = FeedbackWait(reason: mask("\(failure)"), until: Timestamp.now.advanced(by: pause))
        waiting?.insert(name)
        // It is in the log; where the history cannot be written, more than this stands still.
        try? await FeedbackWaits(history: history).keep(wait, of: name)
    }

    /// It is tried now, or gone.
    private func goesOn(_ name: String) async {
        guard waiting?.remove(name) != nil else { return }
        try? await FeedbackWaits(history: history).forget(name)
    }

    /// Ends what is open and has no file any more: somebody has taken it away, and it would be "deciding" for ever.
    private func closeWhatIsGone(_ names: [String]) async {
        let isThere = Set(names)
        do throws(Failure) {
            if waiting == nil { waiting = Set(try await FeedbackWaits(history: history).all().keys) }
            for name in (waiting ?? []).subtracting(isThere) { await goesOn(name) }
            // What is in hand may have come under another name before.
            guard work.isEmpty else { return }
            for entry in try await history.feedbackOpen() where !isThere.contains(entry.file) {
                try await close(entry)
            }
        } catch {
            narrator.say(LogLine("feedback without a file cannot be ended: \(error)", level: .warning))
        }
    }

    private func close(_ entry: FeedbackEntry) async throws(Failure) {
        // A kill came after the file was moved.
        if entry.phase != .decided {
            let commit = entry.commit.map { "; by then it was the commit \($0.short), which origin may have" } ?? ""
            var verdict = Verdict(
                feedback: entry.id, decision: .withdrawn,
                reason: "its file was taken out of the inbox before it was decided\(commit)")
            verdict.commit = entry.commit
            try await history.verdict(verdict)
            narrator.say(
                LogLine(
                    "feedback '\(entry.id)' is closed: 'feedback/\(entry.file)' was taken away before it was decided\(commit)",
                    level: .warning))
        }
        try await history.feedbackPhase(id: entry.id, phase: .done)
    }

    private func decide(_ item: FeedbackInbox.Item, _ read: Result<Feedback, Failure>?, _ place: RepairQueue.Place)
        async throws(Failure)
    {
        switch item {
        case .unacceptable(let name, let reason):
            try await close(name, Verdict(feedback: name, decision: .rejected, reason: reason))
        case .document(let name, _, let digest):
            let feedback: Feedback
            switch read {
            case .success(let decoded)?: feedback = decoded
            case .failure(let error)?:
                if await isStillArriving(name, digest) {
                    throw Failure(.init("inbox.arriving"), "it is still being written", scheduling: .retry)
                }
                return try await close(name, Verdict(feedback: name, decision: .rejected, reason: "\(error)"))
            case nil: return
            }
            narrator.say(LogLine(mask("feedback '\(feedback.id)': \(feedback.description.prefix { !$0.isNewline })")))
            let origin: FeedbackOrigin = await isCommitted(name) ? .commit : .folder
            let verdict = try await engine.decide(feedback, file: name, digest: digest, origin: origin, place: place)
            // What was decided then was acted upon then.
            if verdict.isRepeated { return try await close(name, verdict, of: digest) }
            try await act(upon: verdict, feedback)
            // Over before it is published, for those behind it as well: that may take as long as origin does.
            try await close(name, verdict, of: digest) { [history, engine] () throws(Failure) in
                try await history.feedbackPhase(id: verdict.feedback, phase: .done)
                await engine.queue.leave(place)
            }
        }
    }

    /// Before the file is moved away: what was pushed is deployed wherever that may go, and after a kill it is decided
    /// again. Once, however often the filing fails.
    private func act(upon verdict: Verdict, _ feedback: Feedback) async throws(Failure) {
        if [.applied, .accepted].contains(verdict.decision), !verdict.isDryRun,
            try await history.feedback(verdict.feedback)?.detail != Self.actedUpon
        {
            try await deployOther(verdict, feedback)
            applied()
            try await history.feedbackPhase(id: verdict.feedback, phase: .decided, detail: Self.actedUpon)
        }
        if verdict.decision == .proposed { try await proposed(verdict, feedback) }
    }

    /// A file that changes within half a second is not complete yet.
    private func isStillArriving(_ name: String, _ digest: String) async -> Bool {
        try? await Task.sleep(for: .milliseconds(500))
        guard case .document(_, _, let now)? = try? inbox.read(name) else { return true }
        return now != digest
    }

    /// - Parameter digest: of what was decided on; nil for what could not be read.
    private func close(
        _ name: String, _ verdict: Verdict, of digest: String? = nil,
        filed: () async throws(Failure) -> Void = { () throws(Failure) in }
    ) async throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document: [UInt8]
        do {
            document = Array(try encoder.encode(verdict)) + [10]
        } catch {
            throw Failure(.init("repair.verdict"), "the verdict on '\(name)' cannot be written", cause: "\(error)")
        }
        var destination = "replaced meanwhile; what lies there now is a feedback of its own"
        if let digest, case .document(_, _, let now)? = try? inbox.read(name), now != digest {
            // It is not what was decided on, and would be filed unseen.
        } else {
            destination = "feedback/" + (try inbox.file(name, as: verdict.decision, verdict: document))
        }
        try await filed()
        // Not as the service's line: it would stand in the report of a cycle that fails at that moment.
        narrator.say(
            LogLine(
                mask(
                    "feedback '\(verdict.feedback)' \(verdict.decision.rawValue): \(verdict.reason) (\(destination))"
                ),
                level: verdict.decision == .rejected ? .warning : .info))
        await publisher.publish(verdict, document: document)
    }
}
