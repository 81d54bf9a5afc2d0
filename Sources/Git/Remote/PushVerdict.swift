import Model

/// Decides what the remote's answers to a push mean.
struct PushVerdict {
    let remote: GitRemote
    let updates: [PushUpdate]
    let result: PushResult

    /// - Throws: `git.push-rejected` when all that is wrong is that a destination moved, `git.push-declined` otherwise.
    func check() throws(Failure) {
        let refused = result.answers.filter { $0.refusal != nil }
        let unanswered = updates.filter { update in
            !result.answers.contains { $0.destination == update.destination }
        }
        if let update = unanswered.first {
            throw Failure(
                .remoteOther, "\(remote) did not say what became of \(update.destination)",
                remedy: "Fetch to see where it is.", cause: words, scheduling: .retry)
        }
        guard !refused.isEmpty else { return }
        let list = refused.map { "\($0.destination): \($0.refusal ?? "")" }.joined(separator: ", ")
        if refused.allSatisfy({ Self.isMove($0.refusal ?? "") }) {
            throw masked(
                Failure(
                    .remotePushRejected, "\(remote) has moved since it was last fetched (\(list))",
                    remedy: "Fetch, rebase and push again.", cause: words, scheduling: .retry))
        }
        throw masked(
            Failure(
                .remotePushDeclined, "\(remote) refused the push (\(list))",
                remedy: "Satisfy the remote's rule or hook, or let the daemon's account pass it.", cause: words))
    }

    private var words: String? {
        let lines = result.remoteLines.filter { !$0.isEmpty }.suffix(20)
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    private func masked(_ failure: Failure) -> Failure {
        RemoteFailure(remote: remote, doing: "pushing to", repository: nil, deadline: .zero).masked(failure)
    }

    /// git's and libgit2's words for "somebody was faster"; a hook's refusal says "hook declined".
    static func isMove(_ refusal: String) -> Bool {
        let text = refusal.lowercased()
        if text.contains("hook") { return false }
        return [
            "non-fast-forward", "fetch first", "stale info", "failed to update ref", "failed to lock",
            "cannot lock ref",
            "incorrect old value", "remote ref updated since checkout", "reference already exists",
            "old reference value does not match", "failed to write reference",
        ].contains { text.contains($0) }
    }
}
