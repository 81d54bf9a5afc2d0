import Forge
import History
import Model

/// How pull requests come to be.
extension ProposalKeeper {
    /// A forge may want a moment until it knows of a push; what it refuses so often it refuses for good.
    private static let mostRefusals = 3

    func propose(_ item: inout ProposalCase) async throws(Failure) {
        let receipt: ProposalReceipt
        do throws(Failure) {
            receipt = try await forge.propose(
                Proposal(
                    branch: item.branch, base: parts.origin.branch, head: item.commit, title: item.title,
                    text: item.text, isDraft: item.isDraft, label: "codex-deployer"))
        } catch {
            return try await refused(&item, error)
        }
        item.number = receipt.pullRequest.number
        item.url = receipt.pullRequest.url
        for shortfall in receipt.shortfalls { say("pull request \(item.url ?? ""): \(shortfall)", .debug) }
        try await take(receipt.pullRequest, &item)
        if receipt.wasOpened { say("feedback '\(item.feedback)' is proposed as \(receipt.pullRequest.url)") }
    }

    /// Whether it is the branch that stands against it, or this proposal alone; what is wrong with the forge or the token is thrown.
    private func refused(_ item: inout ProposalCase, _ failure: Failure) async throws(Failure) {
        guard failure.scheduling == .stop else { throw failure }
        let waits: Bool
        do throws(Failure) {
            waits = try await branches.look(at: &item, isToBeProposed: true)
        } catch {
            throw failure
        }
        guard waits else { return }
        guard [.forgeRefused, .forgeConflict, .forgeForeignBranch].contains(failure.code) else { throw failure }
        item.refusals = (item.refusals ?? 0) + 1
        guard let count = item.refusals, count >= Self.mostRefusals else { return try await cases.keep(item) }
        item.state = .notProposed
        try await cases.keep(item)
        say(
            "'\(item.branch)' is not proposed, the forge has refused it \(count) times; merge it by hand: \(failure)",
            .warning)
    }

    /// What the verification found, beside the commit.
    func report(_ item: inout ProposalCase) async throws(Failure) {
        if let verdict = try await parts.history.verdict(of: item.feedback) {
            var folder = ""
            if let service = item.services.first { folder = try await self.folder(of: service) }
            let left = verdict.introduced + verdict.remaining
            let counts = "\(verdict.fixed.count) fixed, \(left.count) left"
            do throws(Failure) {
                _ = try await forge.report(
                    CommitReport(
                        name: "codex-deployer/\(item.services.first?.text ?? "repair")",
                        state: item.isDraft ? .failure : .success,
                        title: item.isDraft ? "better, and not green: \(counts)" : "verified: \(counts)",
                        annotations: Annotation.of(left, folder: folder)), on: item.commit)
            } catch {
                // The pull request stands; a status beside it is a courtesy, and none that a missing right may hold up.
                guard error.scheduling == .stop else { throw error }
                say("the status of \(item.commit.short) is not told: \(error)", .warning)
            }
        }
        item.isReported = true
        try await cases.keep(item)
    }
}
