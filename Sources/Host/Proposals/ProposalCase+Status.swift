import History
import Logs
import Model

extension ProposalCases {
    /// Those that are not over, as `host status` shows them. Reads only.
    static func shown(_ history: HistoryStore) async throws(Failure) -> [StatusDocument.ProposalItem] {
        try await ProposalCases(history: history).kept().values.filter(\.isLive)
            .sorted { $0.openedAt < $1.openedAt }.map(\.item)
    }
}

extension ProposalCase {
    fileprivate var item: StatusDocument.ProposalItem {
        .init(
            feedback: feedback, branch: branch, services: services, title: title,
            // That its branch is still to go is nothing that anybody waits for.
            state: state == .told ? State.merged.rawValue : state.rawValue, isDraft: isDraft, number: number, url: url,
            openedAt: openedAt)
    }
}
