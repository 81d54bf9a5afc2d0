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

    func enter(_ phase: RepairPhase, id: String) async throws(Failure) {
        let (step, detail): (FeedbackPhase, String) =
            switch phase {
            case .located(let services): (.located, services.map(\.text).joined(separator: ", "))
            case .trying(let trial): (.trying, trial.hex)
            case .committed(let commit): (.committed(commit), commit.hex)
            case .pushed(let commit): (.pushed, commit.hex)
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
