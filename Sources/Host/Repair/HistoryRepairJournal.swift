import History
import Model
import Repair

/// The repair loop's journal, kept in the history.
struct HistoryRepairJournal: RepairJournal {
    let history: HistoryStore

    func received(id: String, file: String, digest: String) async throws(Failure) -> RepairProgress {
        let receipt = try await history.feedbackReceived(id: id, file: file, digest: digest, at: .now)
        var progress = RepairProgress()
        if receipt.isResumed {
            progress.commit = receipt.entry.commit
            if receipt.entry.phase == .decided { progress.verdict = try await history.verdict(of: id) }
        }
        if let previous = receipt.previous, previous.digest == digest {
            progress.earlier = try await history.verdict(of: previous.id)?.commit ?? previous.commit
        }
        return progress
    }

    func phase(id: String, phase: String, detail: String) async throws(Failure) {
        let step: FeedbackPhase
        switch phase {
        case "located": step = .located
        case "trying": step = .trying
        case "committed":
            guard let commit = Revision(detail) else { return }
            step = .committed(commit)
        case "pushed": step = .pushed
        // A phase this version does not know is not written: it would pass for another one.
        default: return
        }
        try await history.feedbackPhase(id: id, phase: step, detail: detail)
    }

    func decided(_ verdict: Verdict) async throws(Failure) {
        try await history.verdict(verdict)
        try await history.feedbackPhase(id: verdict.feedback, phase: .decided)
    }

    func isOpen(_ id: String) async throws(Failure) -> Bool {
        guard let entry = try await history.feedback(id) else { return false }
        return entry.phase != .done
    }

    func firstVerdict(of id: String) async throws(Failure) -> Verdict? {
        guard try await history.feedback(id)?.phase == .done else { return nil }
        return try await history.firstVerdict(of: id)
    }

    func digest(of id: String) async throws(Failure) -> String? { try await history.feedback(id)?.digest }
}
