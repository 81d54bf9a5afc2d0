import Forge
import Git
import Model
import Net
import Settings

/// What the settings make of the forge that the workspace's remote lies on.
struct ForgeParts: Sendable {
    let settings: DaemonSettings
    /// The workspace's own.
    let remote: RemoteURL
    let say: @Sendable (LogLine) -> Void

    /// nil where nothing is proposed; without a forge branches are looked after. What the operator has to put right is said.
    func keeper(parts: CycleParts, transport: HTTPTransport, merged: @escaping @Sendable () -> Void)
        -> (any ProposalCare)?
    {
        guard settings.usesPullRequests else { return nil }
        return pullRequests(parts, transport, merged)
            ?? BranchKeeper(parts: parts, interval: parts.options.interval, merged: merged)
    }

    private func pullRequests(_ parts: CycleParts, _ transport: HTTPTransport, _ merged: @escaping @Sendable () -> Void)
        -> ProposalKeeper?
    {
        do throws(Failure) {
            guard
                let forge = try ForgeFactory.make(
                    settings, remote: remote, app: parts.options.appTokens?.app, transport: transport)
            else { return nil }
            return ProposalKeeper(forge: forge, parts: parts, interval: parts.options.interval, merged: merged)
        } catch {
            say(LogLine("no pull requests are opened: \(error)", level: .warning))
            return nil
        }
    }

    /// nil where there is no secret to know them by, or it is not known whose they would be. Needs neither a token nor pull
    /// requests: a push is worth a look in any case.
    func webhooks(_ wakes: WebhookReceiver.Wakes) -> WebhookReceiver? {
        guard let secret = settings.webhookSecret, settings.webListen != nil else { return nil }
        do throws(Failure) {
            return WebhookReceiver(
                try ForgeFactory.address(settings, remote: remote), secret: ForgeSecret(secret),
                branch: settings.branch, prefix: settings.repairBranchPrefix, wakes: wakes, say: say)
        } catch {
            say(LogLine("no webhooks are taken: \(error)", level: .warning))
            return nil
        }
    }
}
