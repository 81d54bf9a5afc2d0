import Model

extension [PullRequest] {
    /// The open one of a branch, otherwise the newest.
    func newest(of branch: String, into base: String) -> PullRequest? {
        let all = filter { $0.branch == branch && $0.base == base }.sorted { $0.number > $1.number }
        return all.first(where: \.isOpen) ?? all.first
    }
}

extension PullRequest {
    /// Whether this one is what a proposal would make, or the answer that it has had.
    func answers(_ proposal: Proposal) -> Bool {
        switch state {
        case .open: true
        case .closed: !proposal.ignoresClosed
        case .merged: head == nil || head == proposal.head
        }
    }
}

extension Failure {
    static func branchMoved(_ branch: String, to there: Revision, from tip: Revision) -> Failure {
        Failure(
            .forgeBranchMoved,
            "the branch '\(branch)' is at \(there.short), not at \(tip.short): somebody has pushed to it",
            remedy: "Look at what was pushed; delete the branch by hand if it is not wanted.")
    }
}
