package import Model
import Net

/// GitLab, by version 4 of its REST interface. Its pull requests are merge requests, numbered per project.
package struct GitLabForge: Forge {
    package let address: ForgeAddress
    private let client: ForgeClient
    private let options: ForgeOptions
    private let token: ForgeSecret

    package var limits: ForgeLimits {
        ForgeLimits(text: 1_000_000, hasDrafts: true, hasLabels: true, hasAnnotations: false, deletesBranches: true)
    }
    package var pause: Duration? { client.pause }

    /// With a personal, group or project access token.
    package init(_ address: ForgeAddress, token: ForgeSecret, options: ForgeOptions) throws(Failure) {
        self.address = address
        self.options = options
        self.token = token
        client = try ForgeClient(
            address, options: options, credential: TokenCredential(secret: token, name: "PRIVATE-TOKEN"),
            headers: [.init("Accept", "application/json")], spacing: .zero)
    }

    /// With all groups in it, its slashes escaped.
    private var root: String { "/projects/\(Escape.component(address.repository))" }

    package func find(branch: String, base: String) async throws(Failure) -> PullRequest? {
        let found = try await client.get(
            root + "/merge_requests",
            [
                ("state", "all"), ("source_branch", branch), ("target_branch", base), ("order_by", "created_at"),
                ("sort", "desc"), ("per_page", "100"),
            ], ForgeAction("look for a merge request", .pullRequests)
        ).list("merge request")
        return try own(found).newest(of: branch, into: base)
    }

    package func propose(_ proposal: Proposal) async throws(Failure) -> ProposalReceipt {
        try options.own(proposal.branch)
        if let known = try await find(branch: proposal.branch, base: proposal.base), known.answers(proposal) {
            return ProposalReceipt(pullRequest: known, wasOpened: false, shortfalls: [])
        }
        var body: [String: JSONValue] = [
            "source_branch": .string(proposal.branch), "target_branch": .string(proposal.base),
            "title": .string(title(proposal.title, isDraft: proposal.isDraft)),
            "description": .string(Markdown.capped(proposal.text, to: limits.text)),
            "remove_source_branch": .bool(false),
        ]
        // GitLab makes labels that are missing.
        body["labels"] = proposal.label.map { .string($0) }
        let answer = try await client.send(
            "POST", root + "/merge_requests", .object(body), ForgeAction("open a merge request", .pullRequests),
            accepting: [409])
        if answer.response.status == 409 {
            guard let known = try await find(branch: proposal.branch, base: proposal.base), known.isOpen else {
                throw Failure(
                    .forgeConflict, "could not open a merge request in \(address.repository) at \(address.server)",
                    remedy: "Another merge request of the branch '\(proposal.branch)' is open: close it.",
                    cause: AnswerJudge.words(of: answer.response))
            }
            return ProposalReceipt(pullRequest: known, wasOpened: false, shortfalls: [])
        }
        return ProposalReceipt(
            pullRequest: try Self.request(try answer.members("merge request")), wasOpened: true, shortfalls: [])
    }

    package func pullRequest(_ number: Int) async throws(Failure) -> PullRequest {
        try Self.request(
            try await client.get(
                root + "/merge_requests/\(number)", [], ForgeAction("read merge request \(number)", .pullRequests)
            ).members("merge request"))
    }

    package func openPullRequests() async throws(Failure) -> [PullRequest] {
        let found = try await client.pages(
            root + "/merge_requests",
            [("state", "opened"), ("order_by", "created_at"), ("sort", "asc"), ("per_page", "100")],
            ForgeAction("list merge requests", .pullRequests), of: "merge request")
        return try own(found).filter { $0.branch.hasPrefix(options.branchPrefix) }
    }

    package func update(_ number: Int, _ change: PullRequestChange) async throws(Failure) -> PullRequest {
        var body: [String: JSONValue] = [:]
        body["title"] = try await change.markedTitle(
            now: { () throws(Failure) in try await pullRequest(number) }, marked: title
        ).map { .string($0) }
        body["description"] = change.text.map { .string(Markdown.capped($0, to: limits.text)) }
        guard !body.isEmpty else { return try await pullRequest(number) }
        return try await put(number, .object(body), "change")
    }

    package func comment(on number: Int, _ text: String) async throws(Failure) {
        _ = try await client.send(
            "POST", root + "/merge_requests/\(number)/notes",
            .body(["body": .string(Markdown.capped(text, to: limits.text))]),
            ForgeAction("comment on merge request \(number)", .comments))
    }

    package func close(_ number: Int) async throws(Failure) {
        if try await !pullRequest(number).isOpen { return }
        _ = try await put(number, .body(["state_event": .string("close")]), "close")
    }

    private func put(_ number: Int, _ body: JSONValue, _ verb: String) async throws(Failure) -> PullRequest {
        try Self.request(
            try await client.send(
                "PUT", root + "/merge_requests/\(number)", body,
                ForgeAction("\(verb) merge request \(number)", .pullRequests)
            ).members("merge request"))
    }

    package func deleteBranch(_ branch: String, at tip: Revision?) async throws(Failure) {
        try options.own(branch)
        let action = ForgeAction("delete the branch '\(branch)'", .branches)
        let path = root + "/repository/branches/" + Escape.component(branch)
        if let tip {
            let answer = try await client.get(path, [], action, accepting: [404])
            if answer.response.status == 404 { return }
            let there = try answer.members("branch").object("commit").revision("id")
            guard there == tip else { throw .branchMoved(branch, to: there, from: tip) }
        }
        _ = try await client.send("DELETE", path, nil, action, accepting: [404])
    }

    package func report(_ report: CommitReport, on commit: Revision) async throws(Failure) -> ReportReceipt {
        let state =
            switch report.state {
            case .pending: "running"
            case .success: "success"
            case .failure, .error: "failed"
            }
        var body: [String: JSONValue] = [
            "state": .string(state), "name": .string(Scrub.line(report.name, most: 255)),
            "description": .string(Scrub.line(report.title, most: 255)),
        ]
        body["target_url"] = report.url.map { .string($0) }
        let answer = try await client.send(
            "POST", root + "/statuses/\(commit)", .object(body),
            ForgeAction("set the status of \(commit.short)", .statuses),
            accepting: [400])
        if answer.response.status == 400 {
            // The state that it has already cannot be set again; that is no failure.
            let words = AnswerJudge.words(of: answer.response) ?? ""
            guard words.lowercased().contains("cannot transition status") else {
                throw Failure(
                    .forgeRefused, "could not set the status of \(commit.short) at \(address.server)",
                    remedy: "Its words say what is wrong with the request.", cause: words)
            }
        }
        return ReportReceipt(form: .status, annotations: 0)
    }

    package func pushCredential() async throws(Failure) -> PushCredential {
        PushCredential(user: "oauth2", password: try token.reveal())
    }

    private func title(_ title: String, isDraft: Bool) -> String {
        isDraft ? DraftTitle.marked(title, with: "Draft: ") : DraftTitle.plain(title)
    }

    /// Not those of forks.
    private func own(_ items: [Members]) throws(Failure) -> [PullRequest] {
        var found: [PullRequest] = []
        for item in items where try item.integer("source_project_id") == item.integer("target_project_id") {
            found.append(try Self.request(item))
        }
        return found
    }

    private static func request(_ members: Members) throws(Failure) -> PullRequest {
        let state: PullRequest.State
        switch try members.string("state") {
        case "opened", "locked": state = .open
        case "closed": state = .closed
        case "merged":
            // A fast forward makes neither a merge commit nor a squashed one.
            state = .merged(
                members.commit("merge_commit_sha") ?? members.commit("squash_commit_sha") ?? members.commit("sha"))
        case let other:
            throw Failure(
                .forgeBadAnswer,
                "\(members.server) sent a merge request in the unknown state '\(Scrub.line(other, most: 40))'",
                scheduling: .retry)
        }
        let title = try members.string("title")
        return PullRequest(
            number: try members.integer("iid"), url: try members.string("web_url"), title: DraftTitle.plain(title),
            text: members.text("description") ?? "", branch: try members.string("source_branch"),
            base: try members.string("target_branch"), head: members.commit("sha"),
            isDraft: members.flag("draft") ?? members.flag("work_in_progress") ?? DraftTitle.isMarked(title),
            state: state)
    }
}
