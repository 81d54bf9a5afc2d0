import Model

/// GitHub's payloads, and Gitea's and Forgejo's, which have their form.
struct HubPayload {
    let request: WebhookRequest
    let members: Members
    /// Of the headers that name event and delivery.
    let prefixes: [String]

    func delivery() throws(Failure) -> WebhookDelivery {
        guard let name = header("event") else { throw WebhookReader.malformed("no header names the event") }
        return WebhookDelivery(
            event: try event(name), repository: members.part("repository")?.text("full_name"),
            sender: members.part("sender")?.text("login"), id: header("delivery"))
    }

    private func header(_ name: String) -> String? {
        for prefix in prefixes {
            if let value = request.header("\(prefix)-\(name)") { return value }
        }
        return nil
    }

    private func event(_ name: String) throws(Failure) -> ForgeEvent {
        switch name {
        case "ping": return .ping
        case "push":
            guard let branch = WebhookReader.branch(try members.string("ref")) else { return .ignored("push of a tag") }
            let isDeleted = members.flag("deleted") ?? false
            return .pushed(branch: branch, commit: isDeleted ? nil : WebhookReader.commit(try members.string("after")))
        // Gitea tells the deletion of a branch only this way.
        case "delete":
            guard members.text("ref_type") == "branch" else { return .ignored(name) }
            let ref = try members.string("ref")
            return .pushed(branch: WebhookReader.branch(ref) ?? ref, commit: nil)
        case "pull_request", "pull_request_sync": return try request(name)
        case "issue_comment", "pull_request_comment":
            guard try members.string("action") == "created" else { return .ignored("\(name) changed") }
            let issue = try members.object("issue")
            // A comment on a plain issue is none of ours.
            guard issue.part("pull_request") != nil || members.flag("is_pull") == true else { return .ignored(name) }
            return .comment(number: try issue.integer("number"), text: try members.object("comment").string("body"))
        default: return .ignored(name)
        }
    }

    private func request(_ name: String) throws(Failure) -> ForgeEvent {
        let action = try members.string("action")
        let request = try members.object("pull_request")
        let head = try request.object("head")
        let label = prefixes == ["x-github"] ? nil : head.text("label").flatMap { $0.isEmpty ? nil : $0 }
        let branch = if let label { label } else { try head.string("ref") }
        let mark = ProposalMark(
            number: try request.integer("number"), branch: branch,
            base: try request.object("base").string("ref"), head: head.commit("sha"))
        switch action {
        case "opened", "reopened": return .opened(mark)
        case "synchronize", "synchronized": return .updated(mark)
        case "closed":
            let isMerged = request.flag("merged") ?? (request.text("merged_at") != nil)
            return isMerged ? .merged(mark, commit: request.commit("merge_commit_sha")) : .closed(mark)
        default: return .ignored("\(name) \(Scrub.line(action, most: 40))")
        }
    }
}
