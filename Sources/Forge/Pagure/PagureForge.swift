package import Model
import Net

/// Pagure, by version 0 of its interface. It has neither drafts nor labels of pull requests for a program, tells no merge commit,
/// and leaves the deletion of branches to git.
package struct PagureForge: Forge {
    package let address: ForgeAddress
    private let client: ForgeClient
    private let options: ForgeOptions
    private let token: ForgeSecret
    /// Of the token, which git wants to hear when it pushes.
    private let user: String

    package var limits: ForgeLimits {
        ForgeLimits(text: 65_536, hasDrafts: false, hasLabels: false, hasAnnotations: false, deletesBranches: false)
    }
    package var pause: Duration? { client.pause }

    /// With an API key of a user or of the project.
    package init(_ address: ForgeAddress, user: String, token: ForgeSecret, options: ForgeOptions) throws(Failure) {
        self.address = address
        self.options = options
        self.token = token
        self.user = user
        client = try ForgeClient(
            address, options: options,
            credential: TokenCredential(secret: token, name: "Authorization", scheme: "token "),
            headers: [.init("Accept", "application/json")], spacing: .zero)
    }

    private var root: String { "/" + Escape.path(address.repository) }

    package func find(branch: String, base: String) async throws(Failure) -> PullRequest? {
        for status in ["Open", "All"] {
            let found = try await list(status, ForgeAction("look for a pull request", .pullRequests))
            if let newest = found.newest(of: branch, into: base) { return newest }
        }
        return nil
    }

    package func propose(_ proposal: Proposal) async throws(Failure) -> ProposalReceipt {
        try options.own(proposal.branch)
        var shortfalls: [Failure] = []
        if proposal.isDraft {
            shortfalls.append(
                .unavailable("mark a draft", on: .pagure, instead: "The title says that it is work in progress."))
        }
        if proposal.label != nil {
            shortfalls.append(
                .unavailable("label a pull request", on: .pagure, instead: "Look for the branch's beginning."))
        }
        if let known = try await find(branch: proposal.branch, base: proposal.base), known.answers(proposal) {
            return ProposalReceipt(pullRequest: known, wasOpened: false, shortfalls: shortfalls)
        }
        let made = try await client.send(
            "POST", root + "/pull-request/new",
            .body([
                "title": .string(title(proposal.title, isDraft: proposal.isDraft)), "branch_to": .string(proposal.base),
                "branch_from": .string(proposal.branch),
                "initial_comment": .string(Markdown.capped(proposal.text, to: limits.text)),
            ]), ForgeAction("open a pull request", .pullRequests)
        ).members("pull request")
        return ProposalReceipt(pullRequest: try request(made), wasOpened: true, shortfalls: shortfalls)
    }

    package func pullRequest(_ number: Int) async throws(Failure) -> PullRequest {
        try request(
            try await client.get(
                root + "/pull-request/\(number)", [], ForgeAction("read pull request \(number)", .pullRequests)
            ).members("pull request"))
    }

    package func openPullRequests() async throws(Failure) -> [PullRequest] {
        try await list("Open", ForgeAction("list pull requests", .pullRequests))
            .filter { $0.branch.hasPrefix(options.branchPrefix) }.sorted { $0.number < $1.number }
    }

    /// Title and text go together: what is not changed is sent as it is.
    package func update(_ number: Int, _ change: PullRequestChange) async throws(Failure) -> PullRequest {
        let now = try await pullRequest(number)
        let isDraft = change.isDraft ?? now.isDraft
        return try request(
            try await client.send(
                "POST", root + "/pull-request/\(number)",
                .body([
                    "title": .string(title(change.title ?? now.title, isDraft: isDraft)),
                    "initial_comment": .string(Markdown.capped(change.text ?? now.text, to: limits.text)),
                ]), ForgeAction("change pull request \(number)", .pullRequests)
            ).members("pull request"))
    }

    package func comment(on number: Int, _ text: String) async throws(Failure) {
        _ = try await client.send(
            "POST", root + "/pull-request/\(number)/comment",
            .body(["comment": .string(Markdown.capped(text, to: limits.text))]),
            ForgeAction("comment on pull request \(number)", .comments))
    }

    package func close(_ number: Int) async throws(Failure) {
        if try await !pullRequest(number).isOpen { return }
        _ = try await client.send(
            "POST", root + "/pull-request/\(number)/close", .body([:]),
            ForgeAction("close pull request \(number)", .pullRequests))
    }

    package func deleteBranch(_ branch: String, at tip: Revision?) async throws(Failure) {
        try options.own(branch)
        throw .unavailable("delete a branch", on: .pagure, instead: "Push its deletion with git.")
    }

    /// A flag of the commit; pull requests show those of their last one.
    package func report(_ report: CommitReport, on commit: Revision) async throws(Failure) -> ReportReceipt {
        // At most 32 characters; a later flag of the same commit with the same one takes the earlier one's place.
        let uid = String(Model.SHA256.hex(of: Array(report.name.utf8)).prefix(32))
        _ = try await client.send(
            "POST", root + "/c/\(commit)/flag",
            .body([
                "username": .string(Scrub.line(report.name, most: 60)),
                "comment": .string(Scrub.line(report.title, most: 255)),
                "url": .string(report.url ?? page), "status": .string(report.state.rawValue), "uid": .string(uid),
            ]), ForgeAction("flag \(commit.short)", .statuses))
        return ReportReceipt(form: .status, annotations: 0)
    }

    package func pushCredential() async throws(Failure) -> PushCredential {
        PushCredential(user: user, password: try token.reveal())
    }

    /// A flag must have a link: without one of its own, the project's page.
    private var page: String {
        let web = address.api.hasSuffix("/api/0") ? String(address.api.dropLast("/api/0".count)) : address.api
        return "\(web)/\(address.repository)"
    }

    private func title(_ title: String, isDraft: Bool) -> String {
        isDraft ? DraftTitle.marked(title, with: "WIP: ") : DraftTitle.plain(title)
    }

    private func list(_ status: String, _ action: ForgeAction) async throws(Failure) -> [PullRequest] {
        var found: [PullRequest] = []
        for page in 1...20 {
            let answer = try await client.get(
                root + "/pull-requests", [("status", status), ("page", "\(page)"), ("per_page", "100")], action
            ).members("list of pull requests")
            guard case .array(let items)? = answer.value["requests"] else {
                _ = try answer.object("requests")
                return found
            }
            for item in items {
                let members = Members(value: item, what: "pull request", server: address.server)
                // Of a fork the other repository has a parent or another name.
                guard try members.object("project").string("fullname") == members.part("repo_from")?.text("fullname")
                else {
                    continue
                }
                found.append(try request(members))
            }
            if items.count < 100 { break }
        }
        return found
    }

    private func request(_ members: Members) throws(Failure) -> PullRequest {
        let state: PullRequest.State
        switch try members.string("status") {
        case "Open": state = .open
        case "Closed": state = .closed
        case "Merged": state = .merged(nil)
        case let other:
            throw Failure(
                .forgeBadAnswer,
                "\(members.server) sent a pull request in the unknown state '\(Scrub.line(other, most: 40))'",
                scheduling: .retry)
        }
        let (title, number) = (try members.string("title"), try members.integer("id"))
        return PullRequest(
            number: number, url: members.text("full_url") ?? "\(page)/pull-request/\(number)",
            title: DraftTitle.plain(title), text: members.text("initial_comment") ?? "",
            branch: try members.string("branch_from"), base: try members.string("branch"),
            head: members.commit("commit_stop"), isDraft: DraftTitle.isMarked(title), state: state)
    }
}
