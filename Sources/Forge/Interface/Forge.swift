package import Model

/// A place where a change is proposed, looked at and merged. One value stands for one repository on one forge.
///
/// Every call may be repeated: a proposal that is there is found, a branch that is gone is deleted. All of them throw with
/// the codes in `Failure+Forge.swift` and those of `Net`, whose `scheduling` says whether to try again, to wait or to stop; what a
/// forge does not offer is `forge.unavailable`. No message holds a token.
package protocol Forge: Sendable {
    var address: ForgeAddress { get }
    var limits: ForgeLimits { get }

    /// How long the forge wants to hear nothing (rate limits, `Retry-After`); nil when it may be asked. What is asked before is
    /// refused here with `forge.rate-limited`, without a request.
    var pause: Duration? { get }

    /// The pull request of a branch: the open one where there is one, otherwise the newest.
    func find(branch: String, base: String) async throws(Failure) -> PullRequest?

    /// Finds the pull request of a branch or opens it. One that was closed, or merged with the same head, is handed back and
    /// nothing is opened, unless the proposal says to ignore a closed one.
    func propose(_ proposal: Proposal) async throws(Failure) -> ProposalReceipt

    func pullRequest(_ number: Int) async throws(Failure) -> PullRequest

    /// The open ones of this repository's own branches whose names begin with `branchPrefix`, the oldest first: one question for
    /// a poll, and one that costs nothing while nothing changes (where the forge knows ETags).
    func openPullRequests() async throws(Failure) -> [PullRequest]

    func update(_ number: Int, _ change: PullRequestChange) async throws(Failure) -> PullRequest

    /// - Parameter text: Markdown.
    func comment(on number: Int, _ text: String) async throws(Failure)

    func close(_ number: Int) async throws(Failure)

    /// Deletes one of our branches; one that is gone already is a success.
    /// - Parameter tip: the commit it must be at; nil for any.
    /// - Throws: `forge.branch-moved` where somebody has pushed to it, `forge.foreign-branch` for a name without our prefix.
    func deleteBranch(_ branch: String, at tip: Revision?) async throws(Failure)

    func report(_ report: CommitReport, on commit: Revision) async throws(Failure) -> ReportReceipt

    /// What git is to say when it pushes over HTTP.
    func pushCredential() async throws(Failure) -> PushCredential

    /// A webhook's payload, believed only if it is signed with the secret and about this repository.
    /// - Throws: `forge.webhook-…`.
    func delivery(_ request: WebhookRequest, secret: ForgeSecret) throws(Failure) -> WebhookDelivery
}

/// User and password for git over HTTP.
package struct PushCredential: Sendable, CustomStringConvertible, CustomReflectable {
    package var user: String
    package var password: String

    package var description: String { "\(user):(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Forge {
    package func delivery(_ request: WebhookRequest, secret: ForgeSecret) throws(Failure) -> WebhookDelivery {
        try address.delivery(request, secret: secret)
    }
}

extension ForgeAddress {
    /// A webhook's payload, believed only if it is signed with the secret and about this repository. Needs no token.
    /// - Throws: `forge.webhook-…`.
    package func delivery(_ request: WebhookRequest, secret: ForgeSecret) throws(Failure) -> WebhookDelivery {
        let delivery = try WebhookReader(kind: kind).read(request, secret: secret)
        guard delivery.repository?.lowercased() == repository.lowercased() || delivery.event == .ping else {
            throw Failure(
                .forgeWebhookForeign,
                "the webhook is about '\(Scrub.line(delivery.repository ?? "no repository", most: 200))', not '\(repository)'",
                remedy: "Give each repository's webhook the address of its own workspace.")
        }
        return delivery
    }
}
