package import Model
import Net
import Synchronization

/// GitHub, and GitHub Enterprise, by their REST interface (version 2022-11-28).
package struct GitHubForge: Forge {
    package let address: ForgeAddress
    let client: ForgeClient
    let options: ForgeOptions
    let credential: any Credential
    /// Only an App may make checks.
    let makesChecks: Bool
    let labels = KnownLabels()

    package var limits: ForgeLimits {
        ForgeLimits(text: 65_536, hasDrafts: true, hasLabels: true, hasAnnotations: makesChecks, deletesBranches: true)
    }
    package var pause: Duration? { client.pause }

    /// Whatever the token is.
    static let gitUser = "x-access-token"
    static let headers: [HTTPTransport.Header] = [
        .init("Accept", "application/vnd.github+json"), .init("X-GitHub-Api-Version", "2022-11-28"),
    ]

    /// With a token: a classic or a fine-grained personal one.
    package init(_ address: ForgeAddress, token: ForgeSecret, options: ForgeOptions) throws(Failure) {
        try self.init(
            address, TokenCredential(secret: token, name: "Authorization", scheme: "Bearer "), makesChecks: false,
            options)
    }

    /// As an App, with the rights of its installation in this repository.
    package init(_ address: ForgeAddress, app: GitHubApp, options: ForgeOptions) throws(Failure) {
        try self.init(
            address, try InstallationCredential(address, app: app, options: options), makesChecks: true, options)
    }

    private init(
        _ address: ForgeAddress, _ credential: any Credential, makesChecks: Bool, _ options: ForgeOptions
    ) throws(Failure) {
        self.address = address
        self.options = options
        self.credential = credential
        self.makesChecks = makesChecks
        // "Wait at least one second between each request" that changes something.
        client = try ForgeClient(
            address, options: options, credential: credential, headers: Self.headers, spacing: .seconds(1))
    }

    var root: String { "/repos/\(Escape.path(address.repository))" }
    private var owner: String { String(address.repository.prefix { $0 != "/" }) }

    package func find(branch: String, base: String) async throws(Failure) -> PullRequest? {
        // GitHub passes over a `head` that it does not understand, so what comes back is looked at.
        let answer = try await client.get(
            root + "/pulls",
            [
                ("state", "all"), ("head", "\(owner):\(branch)"), ("base", base), ("sort", "created"),
                ("direction", "desc"), ("per_page", "100"),
            ], ForgeAction("look for a pull request", .pullRequests))
        return try newest(try answer.list("pull request"), branch: branch, base: base)
    }

    package func pullRequest(_ number: Int) async throws(Failure) -> PullRequest {
        try GitHubShapes.pullRequest(
            try await client.get(
                root + "/pulls/\(number)", [], ForgeAction("read pull request \(number)", .pullRequests)
            ).members("pull request"))
    }

    package func openPullRequests() async throws(Failure) -> [PullRequest] {
        let found = try await client.pages(
            root + "/pulls", [("state", "open"), ("sort", "created"), ("direction", "asc"), ("per_page", "100")],
            ForgeAction("list pull requests", .pullRequests), of: "pull request")
        return try own(found).filter { $0.branch.hasPrefix(options.branchPrefix) }
    }

    package func update(_ number: Int, _ change: PullRequestChange) async throws(Failure) -> PullRequest {
        if change.isDraft != nil {
            throw .unavailable(
                "turn a pull request into a draft or back", on: .github,
                instead: "Do it on the pull request's page: its REST interface cannot.")
        }
        var body: [String: JSONValue] = [:]
        body["title"] = change.title.map { .string($0) }
        body["body"] = change.text.map { .string($0) }
        guard !body.isEmpty else { return try await pullRequest(number) }
        return try GitHubShapes.pullRequest(
            try await client.send(
                "PATCH", root + "/pulls/\(number)", .object(body),
                ForgeAction("change pull request \(number)", .pullRequests)
            ).members("pull request"))
    }

    package func comment(on number: Int, _ text: String) async throws(Failure) {
        _ = try await client.send(
            "POST", root + "/issues/\(number)/comments",
            .body(["body": .string(Markdown.capped(text, to: limits.text))]),
            ForgeAction("comment on pull request \(number)", .comments))
    }

    package func close(_ number: Int) async throws(Failure) {
        _ = try await client.send(
            "PATCH", root + "/pulls/\(number)", .body(["state": .string("closed")]),
            ForgeAction("close pull request \(number)", .pullRequests))
    }

    /// Of this repository's own branches: a fork may call its branch as it likes.
    private func own(_ items: [Members]) throws(Failure) -> [PullRequest] {
        var found: [PullRequest] = []
        for item in items where GitHubShapes.headRepository(item)?.lowercased() == address.repository.lowercased() {
            found.append(try GitHubShapes.pullRequest(item))
        }
        return found
    }

    private func newest(_ items: [Members], branch: String, base: String) throws(Failure) -> PullRequest? {
        try own(items).newest(of: branch, into: base)
    }

    package func pushCredential() async throws(Failure) -> PushCredential {
        let value = try await credential.header().value
        return PushCredential(user: Self.gitUser, password: String(value.dropFirst("Bearer ".count)))
    }
}
