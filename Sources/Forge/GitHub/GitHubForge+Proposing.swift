package import Model
import Net

extension GitHubForge {
    package func propose(_ proposal: Proposal) async throws(Failure) -> ProposalReceipt {
        try options.own(proposal.branch)
        if let known = try await find(branch: proposal.branch, base: proposal.base), known.answers(proposal) {
            return ProposalReceipt(pullRequest: known, wasOpened: false, shortfalls: try await label(known, proposal))
        }
        var shortfalls: [Failure] = []
        let made: PullRequest
        do throws(Failure) {
            made = try await open(proposal)
        } catch  where proposal.isDraft && Self.lacksDrafts(error) {
            // Private repositories have drafts only with some plans.
            shortfalls.append(error)
            var whole = proposal
            whole.isDraft = false
            whole.title = DraftTitle.marked(proposal.title, with: "WIP: ")
            made = try await open(whole)
        } catch  where error.code == .forgeRefused {
            // Somebody (an earlier try whose answer was lost) was quicker.
            guard let known = try await find(branch: proposal.branch, base: proposal.base), known.isOpen else {
                throw error
            }
            return ProposalReceipt(pullRequest: known, wasOpened: false, shortfalls: try await label(known, proposal))
        }
        return ProposalReceipt(
            pullRequest: made, wasOpened: true, shortfalls: shortfalls + (try await label(made, proposal)))
    }

    private func open(_ proposal: Proposal) async throws(Failure) -> PullRequest {
        try GitHubShapes.pullRequest(
            try await client.send(
                "POST", root + "/pulls",
                .body([
                    "title": .string(proposal.title), "head": .string(proposal.branch), "base": .string(proposal.base),
                    "body": .string(Markdown.capped(proposal.text, to: limits.text)), "draft": .bool(proposal.isDraft),
                ]), ForgeAction("open a pull request", .pullRequests)
            ).members("pull request"))
    }

    private static func lacksDrafts(_ failure: Failure) -> Bool {
        failure.code == .forgeRefused
            && failure.cause?.lowercased().contains("draft pull requests are not supported") == true
    }

    /// A missing label is no reason to lose a proposal; a forge that wants no more requests is one to stop.
    private func label(_ request: PullRequest, _ proposal: Proposal) async throws(Failure) -> [Failure] {
        guard let label = proposal.label, request.isOpen else { return [] }
        do throws(Failure) {
            let action = ForgeAction("label pull request \(request.number)", .labels)
            if !labels.contains(label) {
                // 422: it is there already.
                _ = try await client.send(
                    "POST", root + "/labels",
                    .body([
                        "name": .string(label), "color": .string(KnownLabels.color),
                        "description": .string(KnownLabels.description),
                    ]), action, accepting: [422])
                labels.insert(label)
            }
            _ = try await client.send(
                "POST", root + "/issues/\(request.number)/labels", .body(["labels": .array([.string(label)])]), action)
            return []
        } catch {
            guard error.scheduling == .stop else { throw error }
            return [error]
        }
    }

    package func deleteBranch(_ branch: String, at tip: Revision?) async throws(Failure) {
        try options.own(branch)
        let action = ForgeAction("delete the branch '\(branch)'", .branches)
        if let tip {
            let answer = try await client.get(
                root + "/git/ref/heads/" + Escape.path(branch), [], action, accepting: [404])
            if answer.response.status == 404 { return }
            let there = try answer.members("ref").object("object").revision("sha")
            guard there == tip else { throw .branchMoved(branch, to: there, from: tip) }
        }
        let answer = try await client.send(
            "DELETE", root + "/git/refs/heads/" + Escape.path(branch), nil, action, accepting: [404, 422])
        guard answer.response.status == 422 else { return }
        // "Reference does not exist" is what was wanted; anything else is a refusal.
        let words = AnswerJudge.words(of: answer.response) ?? ""
        guard words.lowercased().contains("does not exist") else {
            throw Failure(
                .forgeRefused, "could not delete the branch '\(branch)' at \(address.server)",
                remedy: "Check whether a rule protects branches with that name.", cause: words)
        }
    }
}
