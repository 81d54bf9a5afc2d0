import History
import MCP
import Model
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How far a feedback has come, and waiting for its verdict.
struct FeedbackWatch: Sendable {
    let layout: WorkspaceLayout
    let mask: @Sendable (String) -> String
    /// Told of every step while somebody waits.
    var changed: @Sendable (FeedbackState) -> Void = { _ in }

    private static let pause: Duration = .milliseconds(200)
    static let nobodyRuns = "no daemon runs: the next `host run` decides it"

    /// Waits for the verdict on what was put into the inbox.
    /// - Parameter wait: at most; where no daemon runs, nothing is waited for.
    func outcome(of receipt: FeedbackDrop.Receipt, wait: Duration) async throws(Failure) -> FeedbackState {
        try await waiting(wait) { () throws(Failure) in
            let state = try await state(of: receipt.id, file: receipt.file, since: receipt.at)
            return state ?? FeedbackState(id: receipt.id, state: "waiting")
        } ?? FeedbackState(id: receipt.id, state: "waiting")
    }

    /// nil for an id that nobody has heard of.
    func state(of id: String, wait: Duration = .zero) async throws(Failure) -> FeedbackState? {
        try await waiting(wait) { () throws(Failure) in try await state(of: id, file: "\(id).json", since: nil) }
    }

    private func waiting(
        _ wait: Duration, _ look: () async throws(Failure) -> FeedbackState?
    ) async throws(Failure) -> FeedbackState? {
        let end = ContinuousClock.now + wait
        var told: String?
        while true {
            guard var state = try await look() else { return nil }
            if wait > .zero, state.state == "deciding", let phase = state.phase, phase != told {
                told = phase
                changed(state)
            }
            // What was accepted is still to be carried out, by a daemon.
            if state.state == "decided" {
                let isOpen = ["pending", "running"].contains(state.outcome?["state"]?.string)
                guard isOpen, wait > .zero, await HistoryOutput.isDaemonRunning(layout) else { return state }
            }
            if state.state == "waiting", await !HistoryOutput.isDaemonRunning(layout) {
                state.note = Self.nobodyRuns
                return state
            }
            guard ContinuousClock.now < end, !Task.isCancelled else { return state }
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// - Parameters:
    ///   - file: its name in the inbox.
    ///   - since: an older verdict is another sending's, as long as the file lies in the inbox; nil takes any.
    private func state(of id: String, file: String, since: Timestamp?) async throws(Failure) -> FeedbackState? {
        // Before the history is read: what is filed in between has its verdict there.
        let isInInbox = FileManager.default.fileExists(atPath: "\(layout.feedback)/\(file)")
        var entry: FeedbackEntry?
        var verdict: Verdict?
        var note: String?
        var outcome: ActionOutcome?
        do throws(Failure) {
            let history = try await HistoryStore.openReadOnly(at: layout.history)
            do throws(Failure) {
                entry = try await history.feedback(id)
                verdict = try await history.verdict(of: id)
                // What came in since has the newest; whoever asks later is told what stands.
                if since.map({ time in verdict.map { $0.decidedAt < time } ?? false }) ?? true {
                    verdict = try await history.standingVerdict(of: id)
                }
                if let verdict { outcome = try await ActionOutcome.of(verdict, history) }
                note = try await FeedbackWaits(history: history).wait(of: isInInbox ? file : entry?.file ?? file)
                    .map { mask($0.text) }
                await history.close()
            } catch {
                await history.close()
                throw error
            }
        } catch {
            guard error.code.rawValue == "history.none" else { throw error }
        }
        if var verdict, !isInInbox || since.map({ verdict.decidedAt >= $0 }) ?? true {
            if let since, verdict.decidedAt < since { verdict.isRepeated = true }
            var state = FeedbackState(id: id, state: "decided", verdict: try AgentJSON.value(verdict, mask: mask))
            state.outcome = outcome.map { AgentJSON.masked($0.document, mask) }
            return state
        }
        // What could not even be read has a verdict beside it, and none in the history.
        if !isInInbox, let document = filed(file) {
            return FeedbackState(id: id, state: "decided", verdict: AgentJSON.masked(document, mask))
        }
        if let entry, entry.phase != .done, since.map({ entry.phaseAt >= $0 }) ?? true {
            return FeedbackState(id: id, state: "deciding", phase: entry.phase.name, note: note)
        }
        if isInInbox { return FeedbackState(id: id, state: "waiting", note: note) }
        // Between two moves of the daemon.
        return since == nil && entry == nil ? nil : FeedbackState(id: id, state: "deciding", phase: entry?.phase.name)
    }

    private func filed(_ file: String) -> JSONValue? {
        let name = String(file.dropLast(".json".count)) + ".verdict.json"
        for folder in [layout.rejectedFeedback, layout.appliedFeedback] {
            guard let data = PlainFile.contents(name, in: folder),
                let value = try? JSONDecoder().decode(JSONValue.self, from: data)
            else { continue }
            return value
        }
        return nil
    }
}
