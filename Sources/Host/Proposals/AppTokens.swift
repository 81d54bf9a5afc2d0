import Forge
import Git
import Model
import Net
import Settings
import Synchronization

/// A GitHub App's tokens for git over https: for each repository of the workspace's own server one that is good for that repository
/// alone. Two are the same when the settings are.
final class AppTokens: Sendable, Hashable {
    private struct Identity: Hashable {
        var app: GitHubAppSettings
        var forge: String
        var api: String?
        var authorityFile: String?
    }
    private struct State {
        var credentials: [String: AppPushCredential] = [:]
        var tell: @Sendable (String) -> Void = { _ in }
    }

    private let identity: Identity
    private let state = Mutex(State())
    /// Lives as long as the program: commands that only fetch have no other one, and it is made only where there is an App.
    private static let transport = HTTPTransport()

    /// nil where the daemon comes as no App.
    init?(_ settings: DaemonSettings) {
        guard let app = settings.gitHubApp else { return nil }
        identity = Identity(
            app: app, forge: settings.forge, api: settings.forgeAPI, authorityFile: settings.caFile)
    }

    static func == (left: AppTokens, right: AppTokens) -> Bool { left.identity == right.identity }
    func hash(into hasher: inout Hasher) { hasher.combine(identity) }

    /// Says each token that is had, so that it can be hidden.
    func tell(_ token: @escaping @Sendable (String) -> Void) { state.withLock { $0.tell = token } }

    /// The App as it shows itself; its key is read at each use.
    func app(installation: Int?) -> GitHubApp {
        let app = identity.app
        return GitHubApp(
            id: app.id, key: ForgeSecret { () throws(Failure) in try app.key() }, installation: installation)
    }
    /// In the workspace's own repository.
    var app: GitHubApp { app(installation: identity.app.installation) }

    /// - Throws: `config.app-key`, `forge.auth`: what is wrong with the key's file.
    func check() throws(Failure) { try app.check() }

    /// What git is to use at `url`; nil where the App is none for it: no GitHub, another server.
    /// - Parameters:
    ///   - home: the workspace's own remote.
    ///   - other: used for a repository that the App is not installed in.
    func credential(for url: RemoteURL, home: RemoteURL, otherwise other: RemoteCredential) -> RemoteCredential? {
        guard url.isHTTP, url.host == home.host, url.port == home.port, url.kind == home.kind else { return nil }
        guard let address = try? address(of: url), address.kind == .github else { return nil }
        let isHome = url == home
        return .supplied(
            CredentialSource(
                "GitHub App '\(identity.app.id)' in \(address.repository)",
                have: { () throws(Failure) in
                    do throws(Failure) {
                        let found = try await self.credential(address, isHome: isHome).current()
                        self.state.withLock { $0.tell }(found.password)
                        return .token(found.password, username: found.user)
                    } catch {
                        // Somebody else's repository may be read by everybody.
                        guard !isHome, [.forgeNotFound, .forgeRefused].contains(error.code) else { throw error }
                        return other
                    }
                },
                drop: { used in
                    guard case .token(let token, _) = used, used != other else { return false }
                    let credential = try? self.credential(address, isHome: isHome)
                    await credential?.refused(token)
                    return true
                }))
    }

    private func address(of url: RemoteURL) throws(Failure) -> ForgeAddress {
        try ForgeAddress(remote: url.description, kind: ForgeKind(rawValue: identity.forge), api: identity.api)
    }

    private func credential(_ address: ForgeAddress, isHome: Bool) throws(Failure) -> AppPushCredential {
        if let known = state.withLock({ $0.credentials[address.repository] }) { return known }
        var options = ForgeOptions(transport: Self.transport)
        if let file = identity.authorityFile { options.tls = HTTPTransport.TLS(authorityFile: file) }
        // An installation belongs to one account; whose the other repositories are is not known.
        let made = try AppPushCredential(
            address, app: app(installation: isHome ? identity.app.installation : nil), options: options)
        return state.withLock { state in
            if let known = state.credentials[address.repository] { return known }
            state.credentials[address.repository] = made
            return made
        }
    }
}
