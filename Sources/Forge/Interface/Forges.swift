package import Model

/// Makes the adapter that belongs to an address.
package enum Forges {
    /// Who the daemon is on a forge.
    package enum Identity: Sendable {
        case token(ForgeSecret)
        /// A token, and the user whose it is: Pagure's git wants to hear both.
        case user(String, ForgeSecret)
        /// Only on GitHub.
        case app(GitHubApp)
    }

    /// - Throws: `forge.unavailable` for an App elsewhere than on GitHub, `forge.auth` where Pagure lacks the user's name.
    package static func make(
        _ address: ForgeAddress, as identity: Identity, options: ForgeOptions
    ) throws(Failure) -> any Forge {
        let token: ForgeSecret
        var user: String?
        switch identity {
        case .app(let app):
            guard address.kind == .github else {
                throw .unavailable("come as an App", on: address.kind, instead: "Give the deployer an access token.")
            }
            return try GitHubForge(address, app: app, options: options)
        case .token(let secret): token = secret
        case .user(let name, let secret): (user, token) = (name, secret)
        }
        switch address.kind {
        case .github: return try GitHubForge(address, token: token, options: options)
        case .gitlab: return try GitLabForge(address, token: token, options: options)
        case .gitea: return try GiteaForge(address, token: token, options: options)
        case .pagure:
            guard let user else {
                throw Failure(
                    .forgeAuth, "Pagure takes a push only from a user's name with the user's API key",
                    remedy: "Say whose key it is.")
            }
            return try PagureForge(address, user: user, token: token, options: options)
        }
    }
}
