package import Model
import Net

/// Gitea and Forgejo, by version 1 of their interface.
package struct GiteaForge: Forge {
    package let address: ForgeAddress
    let client: ForgeClient
    let options: ForgeOptions
    private let token: ForgeSecret
    let labels = KnownLabels()

    package var limits: ForgeLimits {
        ForgeLimits(text: 65_536, hasDrafts: true, hasLabels: true, hasAnnotations: false, deletesBranches: true)
    }
    package var pause: Duration? { client.pause }

    /// With an access token.
    package init(_ address: ForgeAddress, token: ForgeSecret, options: ForgeOptions) throws(Failure) {
        self.address = address
        self.options = options
        self.token = token
        client = try ForgeClient(
            address, options: options,
            credential: TokenCredential(secret: token, name: "Authorization", scheme: "token "),
            headers: [.init("Accept", "application/json")], spacing: .zero)
    }

    var root: String { "/repos/\(Escape.path(address.repository))" }

    /// The interface has no filter for branches that all versions know: the open ones are few, of the others the last
    /// thousand are looked at.
    package func find(branch: String, base: String) async throws(Failure) -> PullRequest? {
        let action = ForgeAction("look for a pull request", .pullRequests)
        for state in ["open", "closed"] {
            let found = try await client.pages(
                root + "/pulls", [("state", state), ("sort", "recentupdate"), ("limit", "50")], action,
                of: "pull request", most: 20, isBeginningEnough: state == "closed")
            if let newest = try own(found).newest(of: branch, into: base) { return newest }
        }
        return nil
    }

    package func pullRequest(_ number: Int) async throws(Failure) -> PullRequest {
        try Self.request(
            try await client.get(
                root + "/pulls/\(number)", [], ForgeAction("read pull request \(number)", .pullRequests)
            ).members("pull request"))
    }

    package func openPullRequests() async throws(Failure) -> [PullRequest] {
        let found = try await client.pages(
            root + "/pulls", [("state", "open"), ("sort", "oldest"), ("limit", "50")],
            ForgeAction("list pull requests", .pullRequests), of: "pull request")
        return try own(found).filter { $0.branch.hasPrefix(options.branchPrefix) }.sorted { $0.number < $1.number }
    }

    package func update(_ number: Int, _ change: PullRequestChange) async throws(Failure) -> PullRequest {
        var body: [String: JSONValue] = [:]
        body["title"] = try await change.markedTitle(
            now: { () throws(Failure) in try await pullRequest(number) }, marked: title
        ).map { .string($0) }
        body["body"] = change.text.map { .string(Markdown.capped($0, to: limits.text)) }
        guard !body.isEmpty else { return try await pullRequest(number) }
        return try await patch(number, .object(body), "change")
    }

    package func comment(on number: Int, _ text: String) async throws(Failure) {
        _ = try await client.send(
            "POST", root + "/issues/\(number)/comments",
            .body(["body": .string(Markdown.capped(text, to: limits.text))]),
            ForgeAction("comment on pull request \(number)", .comments))
    }

    package func close(_ number: Int) async throws(Failure) {
        if try await !pullRequest(number).isOpen { return }
        _ = try await patch(number, .body(["state": .string("closed")]), "close")
    }

    private func patch(_ number: Int, _ body: JSONValue, _ verb: String) async throws(Failure) -> PullRequest {
        try Self.request(
            try await client.send(
                "PATCH", root + "/pulls/\(number)", body, ForgeAction("\(verb) pull request \(number)", .pullRequests)
            ).members("pull request"))
    }

    package func deleteBranch(_ branch: String, at tip: Revision?) async throws(Failure) {
        try options.own(branch)
        let action = ForgeAction("delete the branch '\(branch)'", .branches)
        // The rest of the path is the branch, its slashes as they are.
        let path = root + "/branches/" + Escape.path(branch)
        if let tip {
            let answer = try await client.get(path, [], action, accepting: [404])
            if answer.response.status == 404 { return }
            let there = try answer.members("branch").object("commit").revision("id")
            guard there == tip else { throw .branchMoved(branch, to: there, from: tip) }
        }
        _ = try await client.send("DELETE", path, nil, action, accepting: [404])
    }

    package func report(_ report: CommitReport, on commit: Revision) async throws(Failure) -> ReportReceipt {
        var body: [String: JSONValue] = [
            "state": .string(report.state.rawValue), "context": .string(Scrub.line(report.name, most: 255)),
            "description": .string(Scrub.line(report.title, most: 255)),
        ]
        body["target_url"] = report.url.map { .string($0) }
        _ = try await client.send(
            "POST", root + "/statuses/\(commit)", .object(body),
            ForgeAction("set the status of \(commit.short)", .statuses))
        return ReportReceipt(form: .status, annotations: 0)
    }

    package func pushCredential() async throws(Failure) -> PushCredential {
        // The user's name is not looked at beside a token.
        PushCredential(user: "oauth2", password: try token.reveal())
    }

    func title(_ title: String, isDraft: Bool) -> String {
        isDraft ? DraftTitle.marked(title, with: "WIP: ") : DraftTitle.plain(title)
    }

    /// Not those of forks; a fork that is gone has no repository.
    private func own(_ items: [Members]) throws(Failure) -> [PullRequest] {
        var found: [PullRequest] = []
        for item in items {
            let (head, base) = (try item.object("head"), try item.object("base"))
            if try head.integer("repo_id") == base.integer("repo_id") { found.append(try Self.request(item)) }
        }
        return found
    }

    static func request(_ members: Members) throws(Failure) -> PullRequest {
        let (head, base) = (try members.object("head"), try members.object("base"))
        let isMerged = members.flag("merged") ?? false
        let state: PullRequest.State
        switch try members.string("state") {
        case "open": state = .open
        case "closed": state = isMerged ? .merged(members.commit("merge_commit_sha")) : .closed
        case let other:
            throw Failure(
                .forgeBadAnswer,
                "\(members.server) sent a pull request in the unknown state '\(Scrub.line(other, most: 40))'",
                scheduling: .retry)
        }
        let title = try members.string("title")
        // Once the branch is deleted `ref` is refs/pull/N/head; `label` goes on being the branch's name.
        let branch = head.text("label") ?? ""
        return PullRequest(
            number: try members.integer("number"), url: try members.string("html_url"),
            title: DraftTitle.plain(title), text: members.text("body") ?? "",
            branch: branch.isEmpty ? try head.string("ref") : branch, base: try base.string("ref"),
            head: head.commit("sha"), isDraft: members.flag("draft") ?? DraftTitle.isMarked(title), state: state)
    }
}
