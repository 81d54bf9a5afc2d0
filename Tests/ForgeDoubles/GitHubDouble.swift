package import Model
import Synchronization

/// GitHub's REST interface for one repository, on loopback. Paths, parameters, members with their types and limits, headers and
/// the members of answers are those of GitHub's own description (OpenAPI, REST v3); where the description lies beside the
/// checkout, the tests hold the double itself against it.
package final class GitHubDouble: Sendable {
    package struct Options: Sendable {
        package var repository = "fountain/workspace"
        package var token = "github_pat_" + String(repeating: "A", count: 20)
        /// Behind which the interface lies: `/api/v3` on an Enterprise server.
        package var prefix = ""
        /// Where an App is known: its issuer, installation and public key (PEM file).
        package var app: (id: String, installation: Int, publicKey: String)?
        /// Requests of an hour.
        package var limit = 5000
        package var hasDrafts = true
        /// The branches of a real repository, looked at before each request; nil: they are only what tests say.
        package var branches: (@Sendable () -> [String: String])?
        /// Told of a branch that is deleted.
        package var deleted: @Sendable (String) -> Void = { _ in }
        package init() {}
    }

    struct State: Sendable {
        var repository: DoubleRepository
        var used = 0
        var tokens: [String] = []
        var tokenEnd = Timestamp.now.advanced(by: .seconds(3600))
        var hasTokenRights = true
    }

    package let server: DoubleServer
    private let state: SharedState
    let options: Options

    final class SharedState: Sendable {
        let value: Mutex<State>
        init(_ state: State) { value = Mutex(state) }
    }

    package init(_ options: Options = Options()) throws {
        self.options = options
        let state = SharedState(State(repository: DoubleRepository(options.repository)))
        self.state = state
        let answers = GitHubAnswers(state: state, options: options)
        server = try DoubleServer(
            .init(
                prefix: options.prefix, operations: GitHubOperations.all, headers: { Self.problems($0, options) },
                answer: { answers.answer($0, $1) }, hasTags: true, common: { answers.limits($0) }))
    }

    package func stop() { server.stop() }

    /// What people and git do there.
    package func change<Result: Sendable>(_ body: @Sendable (inout DoubleRepository) -> Result) -> Result {
        state.value.withLock { body(&$0.repository) }
    }
    package var repository: DoubleRepository { state.value.withLock { $0.repository } }
    /// Tokens of the installation that were given out.
    package var tokens: [String] { state.value.withLock { $0.tokens } }
    /// When the tokens end that are given out from now on.
    package func setTokenEnd(_ end: Timestamp) { state.value.withLock { $0.tokenEnd = end } }
    /// Makes every token that was given out worthless.
    package func revoke() { state.value.withLock { $0.tokens = [] } }

    private static func problems(_ request: DoubleRequest, _ options: Options) -> [String] {
        var problems: [String] = []
        if request.header("accept") != "application/vnd.github+json" {
            problems.append("Accept is not what is recommended")
        }
        if request.header("x-github-api-version") != "2022-11-28" { problems.append("X-GitHub-Api-Version is missing") }
        // GitHub answers 403 to whoever does not say who he is.
        if request.header("user-agent")?.isEmpty != false { problems.append("User-Agent is missing") }
        if request.header("authorization")?.hasPrefix("Bearer ") != true {
            problems.append("Authorization is no bearer token")
        }
        return problems
    }
}
