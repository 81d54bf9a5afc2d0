import Model

/// GitLab's payloads.
struct GitLabPayload {
    let request: WebhookRequest
    let members: Members

    func delivery() throws(Failure) -> WebhookDelivery {
        WebhookDelivery(
            event: try event(), repository: members.part("project")?.text("path_with_namespace"),
            sender: members.part("user")?.text("username") ?? members.text("user_username"),
            id: request.header("x-gitlab-event-uuid") ?? request.header("x-gitlab-webhook-uuid"))
    }

    private func event() throws(Failure) -> ForgeEvent {
        switch try members.string("object_kind") {
        case "push":
            guard let branch = WebhookReader.branch(try members.string("ref")) else { return .ignored("push of a tag") }
            return .pushed(branch: branch, commit: WebhookReader.commit(try members.string("after")))
        case "merge_request": return try mergeRequest()
        case "note":
            let note = try members.object("object_attributes")
            guard note.text("noteable_type") == "MergeRequest", note.text("action") ?? "create" == "create" else {
                return .ignored("note")
            }
            return .comment(
                number: try members.object("merge_request").integer("iid"), text: try note.string("note"))
        case let other: return .ignored(Scrub.line(other, most: 40))
        }
    }

    private func mergeRequest() throws(Failure) -> ForgeEvent {
        let request = try members.object("object_attributes")
        let mark = ProposalMark(
            number: try request.integer("iid"), branch: try request.string("source_branch"),
            base: try request.string("target_branch"), head: request.part("last_commit")?.commit("id"))
        switch request.text("action") {
        case "open", "reopen": return .opened(mark)
        case "merge":
            return .merged(
                mark, commit: request.commit("merge_commit_sha") ?? request.commit("squash_commit_sha") ?? mark.head)
        case "close": return .closed(mark)
        // Of an update only a new tip is of interest; it alone has the old one.
        case "update" where request.commit("oldrev") != nil: return .updated(mark)
        case let other: return .ignored("merge_request \(Scrub.line(other ?? "", most: 40))")
        }
    }
}
