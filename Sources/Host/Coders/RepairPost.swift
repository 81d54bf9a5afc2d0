import History
import Model
import Settings

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Puts patches of our own into the inbox: the case has them first. A kill in between leaves a case that still has something to
/// send, and not one whose coder is asked, and paid, again.
struct RepairPost: Sendable {
    let cases: RepairCases
    let history: HistoryStore
    let inbox: FeedbackDrop

    /// An id that nothing was ever sent by. An earlier case of the same failure (it was well meanwhile, and fails alike again) is
    /// forgotten here, and its verdicts are not: one of those would be taken for the answer.
    func nextID(of item: RepairCase) async throws(Failure) -> String {
        var number = item.sent + 1
        while try await isTaken(item.id(number)) { number += 1 }
        return item.id(number)
    }

    private func isTaken(_ id: String) async throws(Failure) -> Bool {
        if try await history.verdict(of: id) != nil { return true }
        return try await hasArrived(id)
    }

    /// Throws `usage.feedback` for what the inbox does not take; it is not to be sent any more then.
    func send(_ feedback: Feedback, as pending: RepairCase.Pending, _ item: inout RepairCase) async throws(Failure) {
        var pending = pending
        pending.unsent = String(decoding: try inbox.document(of: feedback), as: UTF8.self)
        item.pending = pending
        item.sent += 1
        try await cases.keep(item)
        try await deliver(&item)
    }

    /// Sends what was not sent to its end.
    func deliver(_ item: inout RepairCase) async throws(Failure) {
        guard let pending = item.pending, let document = pending.unsent else { return }
        if try await !hasArrived(pending.id) { _ = try inbox.put(Array(document.utf8), id: pending.id) }
        item.pending?.unsent = nil
        try await cases.keep(item)
    }

    /// Whether it lies in the inbox, or was taken up there.
    private func hasArrived(_ id: String) async throws(Failure) -> Bool {
        if try await history.feedback(id) != nil { return true }
        return access("\(inbox.layout.feedback)/\(id).json", F_OK) == 0
    }
}
