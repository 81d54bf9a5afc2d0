import Forge
import Git
import Model
import Net
import Settings

/// The forge that the workspace's remote lies on, as the settings have it.
enum ForgeFactory {
    /// - Parameter app: comes before the token.
    /// - Returns: nil where there is none: a remote that is no forge's, no token, or nobody wants pull requests.
    /// - Throws: what the operator has to put right.
    static func make(
        _ settings: DaemonSettings, remote: RemoteURL, app: GitHubApp?, transport: HTTPTransport
    ) throws(Failure) -> (any Forge)? {
        guard settings.usesPullRequests, settings.forge != "none", app != nil || settings.token != nil else {
            return nil
        }
        let address: ForgeAddress
        do throws(Failure) {
            address = try Self.address(settings, remote: remote)
        } catch {
            // Of a plain git server nobody expects pull requests, unless they were asked for.
            guard settings.forge != "auto" || settings.forgeAPI != nil || app != nil else { return nil }
            throw error
        }
        var options = ForgeOptions(transport: transport, branchPrefix: settings.repairBranchPrefix)
        if let file = settings.caFile { options.tls = HTTPTransport.TLS(authorityFile: file) }
        return try Forges.make(address, as: identity(settings, app, address.kind), options: options)
    }

    /// - Throws: `forge.unknown`, `forge.remote`, `forge.api`.
    static func address(_ settings: DaemonSettings, remote: RemoteURL) throws(Failure) -> ForgeAddress {
        try ForgeAddress(
            remote: remote.description, kind: ForgeKind(rawValue: settings.forge), api: settings.forgeAPI)
    }

    private static func identity(_ settings: DaemonSettings, _ app: GitHubApp?, _ kind: ForgeKind) -> Forges.Identity {
        if let app { return .app(app) }
        let token = ForgeSecret(settings.token ?? "")
        return kind == .pagure ? .user(settings.gitUsername, token) : .token(token)
    }
}
