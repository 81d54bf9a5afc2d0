import Model

/// GitHub's documents; Gitea's pull requests are close to them.
enum GitHubShapes {
    static func pullRequest(_ members: Members) throws(Failure) -> PullRequest {
        let head = try members.object("head")
        let state: PullRequest.State
        switch try members.string("state") {
        case "open": state = .open
        // `merge_commit_sha` of an open one is a trial merge; it counts only here.
        case "closed": state = members.text("merged_at") != nil ? .merged(members.commit("merge_commit_sha")) : .closed
        case let other:
            throw Failure(
                .forgeBadAnswer,
                "\(members.server) sent a pull request in the unknown state '\(Scrub.line(other, most: 40))'",
                scheduling: .retry)
        }
        return PullRequest(
            number: try members.integer("number"), url: try members.string("html_url"),
            title: try members.string("title"), text: members.text("body") ?? "", branch: try head.string("ref"),
            base: try members.object("base").string("ref"), head: try head.revision("sha"),
            isDraft: members.flag("draft") ?? false, state: state)
    }

    /// nil where the fork is gone.
    static func headRepository(_ members: Members) -> String? {
        members.part("head")?.part("repo")?.text("full_name")
    }
}
