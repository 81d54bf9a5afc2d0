import Git
import History
import Logs
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
    /// How many files were taken in hand.
    private var begun = 0
    private var arrivals = InboxArrivals()
    /// What lies in the folder for nothing, and was told of.
    private var leftAlone: Set<FeedbackInbox.LeftAlone> = []
    /// Verdicts on what could not be read, on their way to the log branch.
    private var publications: [Int: Task<Void, Never>] = [:]
    private var publication = 0
    /// Files whose waiting is written down; nil until that was read.
    private var waiting: Set<String>?
    /// Patches that are in hand at a time: each is in memory.
    private static let most = 32
    /// For files that are still being written, where nobody looks again.
    private static let patience: Duration = .seconds(10)
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
            tell(of: Set(try inbox.leftAlone()))
        } catch {
            narrator.say(LogLine("the inbox cannot be looked into: \(error)", level: .error))
            return pauses.failed("")
        }
        pauses.forget(allBut: names)
        arrivals.forget(allBut: names)
        await closeWhatIsGone(names)
        await beginActions(names, changed)
        var refusals: [Refusal] = []
        for name in names where work[name] == nil && hasRoom && !Task.isCancelled && !isEnding {
            guard arrivals.isDue(name) else { continue }
            do throws(Failure) {
                guard let item = try inbox.read(name), pauses.isDue(name, item.digest) else { continue }
                switch Self.reading(item) {
                case .success(let feedback): await begin(name, item, feedback, changed)
                case .failure(let failure):
                    // What cannot be read may be on its way still; who waits for the rest holds nobody up.
                    guard arrivals.isComplete(name, item.digest) else { continue }
                    refusals.append(Refusal(name: name, digest: item.digest, reason: failure.reason))
                }
            } catch {
                // What cannot be read is told of when its pause is over, and not at each look.
                if pauses.isDue(name, nil) { await waits(name, nil, error) }
            }
        }
        await refuse(refusals)
        return [pauses.next(except: Set(work.keys)), arrivals.next()].compactMap { $0 }.min()
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
            guard case .success(let feedback) = Self.reading(item), feedback.action != nil else {
                others[name] = stamp
                continue
            }
            guard pauses.isDue(name, item.digest) else { continue }
            actions.insert(name)
            await begin(name, item, feedback, changed)
        }
    }

    /// The same until nothing is in hand any more.
    ///
    /// - Returns: how many verdicts there were, and how many files wait.
    @discardableResult
    func drain() async -> (decided: Int, waiting: Int) {
        let before = verdicts
        let patience = ContinuousClock.now + Self.patience
        await withTaskCancellationHandler {
            while true {
                let before = begun
                _ = await look()
                for task in work.values { await task.value }
                // What was in hand may have made room, or way for a file of the same name.
                if begun != before { continue }
                guard let pause = arrivals.next(), !Task.isCancelled, ContinuousClock.now < patience else { break }
                try? await Task.sleep(for: pause)
            }
            for task in publications.values { await task.value }
        } onCancel: {
            Task { await self.end() }
        }
        return (verdicts - before, pauses.count + arrivals.count)
    }

    /// Cuts off what is in hand, and waits until it is over; the files stay where they are.
    func end() async {
        isEnding = true
        let tasks = Array(work.values) + Array(publications.values)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private struct Refusal: Error {
        var name = ""
        var digest: String?
        var reason: String
    }

    private static func reading(_ item: FeedbackInbox.Item) -> Result<Feedback, Refusal> {
        switch item {
        case .unacceptable(_, let reason): return .failure(Refusal(reason: reason))
        case .document(_, let bytes, let digest):
            do throws(Failure) {
                return .success(try FeedbackDecoder.decode(bytes, digest: digest))
            } catch {
                return .failure(Refusal(reason: "\(error)"))
            }
        }
    }

    /// Once for each thing, and again where it is another: not at each look.
    private func tell(of found: Set<FeedbackInbox.LeftAlone>) {
        for thing in found.subtracting(leftAlone).sorted(by: { $0.name < $1.name }) {
            narrator.say(
                LogLine(
                    "'feedback/\(TerminalText.neutralised(thing.name))' is left alone: \(thing.reason)", level: .warning
                ))
        }
        leftAlone = found
    }

    /// What could not be read takes no place in the queue, and its verdict's way to the remote holds nobody up.
    private func refuse(_ refusals: [Refusal]) async {
        var verdicts: [(Verdict, document: [UInt8])] = []
        for refusal in refusals where !Task.isCancelled && !isEnding {
            await goesOn(refusal.name)
            let verdict = Verdict(feedback: refusal.name, decision: .rejected, reason: refusal.reason)
            do throws(Failure) {
                verdicts.append(try await file(refusal.name, verdict, of: refusal.digest))
                pauses.succeeded(refusal.name)
                arrivals.succeeded(refusal.name)
                self.verdicts += 1
                decided()
            } catch {
                await waits(refusal.name, refusal.digest, error)
            }
            // What is in hand goes on meanwhile.
            await Task.yield()
        }
        guard !verdicts.isEmpty else { return }
        publication += 1
        publications[publication] = Task { [publication, verdicts] in
            await publisher.publish(verdicts)
            publications[publication] = nil
        }
    }

    private func begin(
        _ name: String, _ item: FeedbackInbox.Item, _ feedback: Feedback, _ changed: @escaping @Sendable () -> Void
    ) async {
        arrivals.succeeded(name)
        await goesOn(name)
        // Taken here, in the order of the files: a task of its own may begin later than the next one's.
        let place = await engine.queue.take(id: feedback.id, isAction: actions.contains(name))
        guard !isEnding else { return await engine.queue.leave(place) }
        begun += 1
        work[name] = Task {
            do throws(Failure) {
                try await decide(name, item.digest ?? "", feedback, place)
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
        narrator.say(LogLine("feedback '\(TerminalText.neutralised(name))' waits: \(failure)", level: .warning))
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

    private func decide(_ name: String, _ digest: String, _ feedback: Feedback, _ place: RepairQueue.Place)
        async throws(Failure)
    {
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

    /// - Parameter digest: of what was decided on; nil for what could not be read.
    private func close(
        _ name: String, _ verdict: Verdict, of digest: String?,
        filed: () async throws(Failure) -> Void = { () throws(Failure) in }
    ) async throws(Failure) {
        await publisher.publish([try await file(name, verdict, of: digest, filed: filed)])
    }

    /// - Returns: what may be published: a verdict quotes what its sender wrote, so that secrets in any of its texts are masked, as
    ///   beside the file.
    private func file(
        _ name: String, _ verdict: Verdict, of digest: String?,
        filed: () async throws(Failure) -> Void = { () throws(Failure) in }
    ) async throws(Failure) -> (Verdict, document: [UInt8]) {
        var shown = verdict
        shown.feedback = mask(verdict.feedback)
        let document = try AgentJSON.bytes(try AgentJSON.value(verdict, mask: mask))
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
                    "feedback '\(TerminalText.neutralised(verdict.feedback))' \(verdict.decision.rawValue): \(verdict.reason) (\(destination))"
                ),
                level: verdict.decision == .rejected ? .warning : .info))
        return (shown, document)
    }
}
