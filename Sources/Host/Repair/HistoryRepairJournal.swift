import History
import Model
import Repair

/// The repair loop's journal, kept in the history.
struct HistoryRepairJournal: RepairJournal {
    let history: HistoryStore

    func received(id: String, file: String, digest: String) async throws(Failure) {
        _ = try await history.feedbackReceived(id: id, file: file, digest: digest, at: .now)
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
        case "done": step = .done
        // A phase this version does not know is not written: it would pass for another one.
        default: return
        }
        try await history.feedbackPhase(id: id, phase: step, detail: detail)
    }

    func decided(_ verdict: Verdict) async throws(Failure) { try await history.verdict(verdict) }

    func digest(of id: String) async throws(Failure) -> String? { try await history.feedback(id)?.digest }
}
