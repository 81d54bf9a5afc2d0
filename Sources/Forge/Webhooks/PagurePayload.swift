import Model

/// Pagure's payloads.
struct PagurePayload {
    let request: WebhookRequest
    let members: Members

    func delivery() throws(Failure) -> WebhookDelivery {
        let message = try members.object("msg")
        return WebhookDelivery(
            event: try event(message), repository: message.text("project_fullname"), sender: message.text("agent"),
            id: members.text("msg_id"))
    }

    private func event(_ message: Members) throws(Failure) -> ForgeEvent {
        switch try members.string("topic") {
        case "git.receive":
            // `branch` is the ref, or its last part, by version.
            let ref = try message.string("branch")
            return .pushed(
                branch: WebhookReader.branch(ref) ?? ref, commit: WebhookReader.commit(try message.string("end_commit"))
            )
        case "pull-request.new", "pull-request.reopened": return .opened(try mark(message))
        case "pull-request.updated", "pull-request.rebased": return .updated(try mark(message))
        case "pull-request.closed":
            let isMerged = try message.object("pullrequest").string("status") == "Merged"
            return isMerged ? .merged(try mark(message), commit: nil) : .closed(try mark(message))
        case "pull-request.comment.added":
            let request = try message.object("pullrequest")
            guard case .array(let comments)? = request.value["comments"], let last = comments.last?["comment"]?.string
            else {
                return .ignored("a comment without words")
            }
            return .comment(number: try request.integer("id"), text: last)
        case let other: return .ignored(Scrub.line(other, most: 60))
        }
    }

    private func mark(_ message: Members) throws(Failure) -> ProposalMark {
        let request = try message.object("pullrequest")
        return ProposalMark(
            number: try request.integer("id"), branch: try request.string("branch_from"),
            base: try request.string("branch"),
            head: request.commit("commit_stop"))
    }
}
