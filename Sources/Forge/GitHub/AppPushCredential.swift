package import Model

/// A GitHub App's tokens for one repository, as git wants them.
package struct AppPushCredential: Sendable {
    private let credential: InstallationCredential

    package init(_ address: ForgeAddress, app: GitHubApp, options: ForgeOptions) throws(Failure) {
        credential = try InstallationCredential(address, app: app, options: options)
    }

    /// One that holds for some minutes at least; GitHub is asked only where there is none.
    package func current() async throws(Failure) -> PushCredential {
        PushCredential(user: GitHubForge.gitUser, password: try await credential.token())
    }

    /// A server would not have it: the next one is another.
    package func refused(_ used: String) async { await credential.refused(token: used) }
}
