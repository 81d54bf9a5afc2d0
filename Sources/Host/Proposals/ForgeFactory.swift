import Forge
import Git
import Model
import Net
import Settings

/// The forge that the workspace's remote lies on, as the settings have it.
enum ForgeFactory {
    /// - Returns: nil where there is none: a remote that is no forge's, no token, or nobody wants pull requests.
    /// - Throws: what the operator has to put right.
    static func make(_ settings: DaemonSettings, remote: RemoteURL, transport: HTTPTransport) throws(Failure)
        -> (any Forge)?
    {
        guard settings.usesPullRequests, settings.forge != "none", let token = settings.token else { return nil }
        let kind = ForgeKind(rawValue: settings.forge)
        let address: ForgeAddress
        do throws(Failure) {
            address = try ForgeAddress(remote: remote.description, kind: kind, api: settings.forgeAPI)
        } catch {
            // Of a plain git server nobody expects pull requests, unless they were asked for.
            guard kind != nil || settings.forgeAPI != nil else { return nil }
            throw error
        }
        var options = ForgeOptions(transport: transport, branchPrefix: settings.repairBranchPrefix)
        if let file = settings.caFile { options.tls = HTTPTransport.TLS(authorityFile: file) }
        let identity: Forges.Identity =
            address.kind == .pagure
            ? .user(settings.gitUsername, ForgeSecret(token)) : .token(ForgeSecret(token))
        return try Forges.make(address, as: identity, options: options)
    }
}
