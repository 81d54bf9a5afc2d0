package import Model

/// A GitHub App, as it shows itself.
package struct GitHubApp: Sendable {
    /// The App's ID, or its client ID.
    package var id: String
    /// The private key as GitHub gives it out: PEM.
    package var key: ForgeSecret
    /// Of the App in this repository's account; looked up where it is not said.
    package var installation: Int?
    package init(id: String, key: ForgeSecret, installation: Int? = nil) {
        self.id = id
        self.key = key
        self.installation = installation
    }

    /// Whether the key can sign, found out without asking anybody.
    /// - Throws: `forge.auth`, and what reading the key throws.
    package func check() throws(Failure) { _ = try AppToken(app: self).text(now: .now) }
}
