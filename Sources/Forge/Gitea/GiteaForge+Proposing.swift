package import Model
import Net

extension GiteaForge {
    package func propose(_ proposal: Proposal) async throws(Failure) -> ProposalReceipt {
        try options.own(proposal.branch)
        if let known = try await find(branch: proposal.branch, base: proposal.base), known.answers(proposal) {
            return ProposalReceipt(pullRequest: known, wasOpened: false, shortfalls: try await label(known, proposal))
        }
        let answer = try await client.send(
            "POST", root + "/pulls",
            .body([
                "head": .string(proposal.branch), "base": .string(proposal.base),
                "title": .string(title(proposal.title, isDraft: proposal.isDraft)),
                "body": .string(Markdown.capped(proposal.text, to: limits.text)),
            ]), ForgeAction("open a pull request", .pullRequests), accepting: [409])
        if answer.response.status == 409 {
            guard let known = try await find(branch: proposal.branch, base: proposal.base), known.isOpen else {
                throw Failure(
                    .forgeConflict, "could not open a pull request in \(address.repository) at \(address.server)",
                    remedy: "Another pull request of the branch '\(proposal.branch)' is open: close it.",
                    cause: AnswerJudge.words(of: answer.response))
            }
            return ProposalReceipt(pullRequest: known, wasOpened: false, shortfalls: try await label(known, proposal))
        }
        let made = try Self.request(try answer.members("pull request"))
        return ProposalReceipt(pullRequest: made, wasOpened: true, shortfalls: try await label(made, proposal))
    }

    /// A missing label is no reason to lose a proposal; a forge that wants no more requests is one to stop.
    private func label(_ request: PullRequest, _ proposal: Proposal) async throws(Failure) -> [Failure] {
        guard let label = proposal.label, request.isOpen else { return [] }
        do throws(Failure) {
            let id = try await labelID(label)
            do throws(Failure) {
                _ = try await client.send(
                    "POST", root + "/issues/\(request.number)/labels", .body(["labels": .array([.integer(Int64(id))])]),
                    ForgeAction("label pull request \(request.number)", .labels))
            } catch {
                // Somebody may have deleted it, and made it anew under another number.
                labels.forget(label)
                throw error
            }
            return []
        } catch {
            guard error.scheduling == .stop else { throw error }
            return [error]
        }
    }

    /// Labels are told by number.
    private func labelID(_ name: String) async throws(Failure) -> Int {
        if let id = labels.id(name) { return id }
        let action = ForgeAction("make the label '\(name)'", .labels)
        for label in try await client.pages(root + "/labels", [("limit", "50")], action, of: "label") {
            let id = try label.integer("id")
            if try label.string("name") == name {
                labels.insert(name, id: id)
                return id
            }
        }
        let made = try await client.send(
            "POST", root + "/labels",
            .body([
                "name": .string(name), "color": .string("#" + KnownLabels.color),
                "description": .string(KnownLabels.description),
            ]), action
        ).members("label")
        let id = try made.integer("id")
        labels.insert(name, id: id)
        return id
    }
}
