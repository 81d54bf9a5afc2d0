import Forge
import Model

/// What is open on the forge, asked for once in each look, and only where somebody wants to know.
struct OpenPullRequests {
    /// These are asked for by themselves: they have just changed.
    let heard: Set<Int>
    /// Whether the others are asked for as well.
    let isDue: Bool
    private var list: [PullRequest]?

    init(heard: Set<Int>, isDue: Bool) {
        self.heard = heard
        self.isDue = isDue
    }

    /// One that is not among the open ones is read by itself; nil where its time has not come.
    mutating func request(_ number: Int, of forge: any Forge) async throws(Failure) -> PullRequest? {
        if heard.contains(number) { return try await forge.pullRequest(number) }
        guard isDue else { return nil }
        if list == nil { list = try await forge.openPullRequests() }
        if let open = list?.first(where: { $0.number == number }) { return open }
        return try await forge.pullRequest(number)
    }
}
