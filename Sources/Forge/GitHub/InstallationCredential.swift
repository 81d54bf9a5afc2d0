import Model
import Net

/// Tokens of an App's installation: they last an hour, and are had anew before they end. Several requests that need one at the
/// same time wait for the same answer.
actor InstallationCredential: Credential {
    /// Before its end: a request that takes long must still find it good.
    static let margin = Duration.seconds(300)

    private struct Token {
        let text: String
        let end: Timestamp
    }

    private let app: GitHubApp
    private let client: ForgeClient
    private let repository: String
    private let clock: ForgeClock
    private var installation: Int?
    private var token: Token?
    private var fetching: Task<Result<Token, Failure>, Never>?

    init(_ address: ForgeAddress, app: GitHubApp, options: ForgeOptions) throws(Failure) {
        self.app = app
        repository = address.repository
        clock = options.clock
        installation = app.installation
        client = try ForgeClient(
            address, options: options, credential: AppCredential(token: AppToken(app: app), clock: options.clock),
            headers: GitHubForge.headers, spacing: .zero)
    }

    func header() async throws(Failure) -> HTTPTransport.Header {
        .init("Authorization", "Bearer " + (try await token()))
    }

    func token() async throws(Failure) -> String { try await current().text }

    /// A token may be revoked before its end (the App's rights were changed): another one is worth a try.
    func refused(_ header: HTTPTransport.Header) async -> Bool {
        refused(token: String(header.value.dropFirst("Bearer ".count)))
        return true
    }

    func refused(token used: String) {
        // Another request may have found out before, and have a new one.
        if let token, used == token.text { self.token = nil }
    }

    private func current() async throws(Failure) -> Token {
        if let token, token.end > clock.now().advanced(by: Self.margin) { return token }
        let running = fetching ?? Task { await self.fetched() }
        fetching = running
        let result = await running.value
        // Whoever comes back first clears the way for the next.
        if fetching == running { fetching = nil }
        let made = try result.get()
        token = made
        return made
    }

    private func fetched() async -> Result<Token, Failure> {
        do throws(Failure) {
            return .success(try await fetch())
        } catch {
            return .failure(error)
        }
    }

    private func fetch() async throws(Failure) -> Token {
        let action = ForgeAction(
            "get a token for the App's installation", .installation,
            whenRefused:
                "Check the App's ID '\(app.id)' and its private key, and this machine's clock: GitHub wants all of them right."
        )
        let id: Int
        if let installation {
            id = installation
        } else {
            id = try await client.get("/repos/\(Escape.path(repository))/installation", [], action)
                .members("installation").integer("id")
            installation = id
        }
        let name = String(repository.split(separator: "/").last ?? "")
        let answer = try await client.send(
            "POST", "/app/installations/\(id)/access_tokens", .body(["repositories": .array([.string(name)])]), action
        ).members("installation token")
        let end = try answer.string("expires_at")
        guard let moment = Moments.iso(end) else {
            throw Failure(
                .forgeBadAnswer, "\(answer.server) sent an installation token without a usable end", scheduling: .retry)
        }
        return Token(text: try answer.string("token"), end: moment)
    }
}
