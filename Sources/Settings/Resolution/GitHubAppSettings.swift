package import Model

/// The GitHub App that the daemon comes as.
package struct GitHubAppSettings: Hashable, Sendable {
    /// Its ID, or its client ID.
    package let id: String
    package let keyFile: String
    /// nil: looked up.
    package let installation: Int?

    package init(id: String, keyFile: String, installation: Int?) {
        self.id = id
        self.keyFile = keyFile
        self.installation = installation
    }

    /// A key of 8192 bits has less than a tenth of it.
    static let largestKey = 64 << 10

    /// The private key, read anew: a renewed one counts at once.
    /// - Throws: `config.app-key` for a file that is missing, cannot be read, is not the owner's alone, or holds no private key
    ///   in the clear. Nothing of its content is ever repeated.
    package func key() throws(Failure) -> String {
        let found: (bytes: [UInt8], attributes: SmallFile.Attributes)?
        do throws(Failure) {
            found = try SmallFile.read(keyFile, limit: Self.largestKey)
        } catch {
            throw refusal("cannot be read", error.cause, "let the daemon's user, and nobody else, read it")
        }
        guard let found else {
            throw refusal(
                "is not there", nil, "put the .pem file there that GitHub gave out, or correct \(Self.keyVariable)")
        }
        let permissions = found.attributes.permissions
        guard permissions & 0o077 == 0 else {
            throw refusal(
                "may be read or written by others", "its mode is \(String(permissions, radix: 8))",
                "chmod 600 '\(keyFile)'; if others could read it, make a new key on the App's page as well")
        }
        guard let text = String(validating: found.bytes, as: UTF8.self), text.contains("-----BEGIN "),
            text.contains("-----END ")
        else {
            throw refusal("is no PEM file", nil, "put the .pem file there as GitHub gave it out")
        }
        guard !text.contains("ENCRYPTED") else {
            throw refusal("is encrypted", nil, "take its passphrase off: nobody could type it")
        }
        guard text.contains("PRIVATE KEY-----") else {
            throw refusal(
                "holds no private key", nil, "the key's own .pem file is meant, not a certificate or a public key")
        }
        return text
    }

    private func refusal(_ what: String, _ cause: String?, _ remedy: String) -> Failure {
        Failure(
            .init("config.app-key"), "the private key of the GitHub App '\(id)', '\(keyFile)', \(what)", remedy: remedy,
            cause: cause)
    }

    private static let appVariable = SettingTable[.gitHubApp].variable
    private static let keyVariable = SettingTable[.gitHubAppKey].variable

    /// One without the other is a slip, and not to be passed over: the daemon would come as somebody else.
    static func problem(_ resolved: [Setting.ID: DaemonSettings.Resolved]) -> ConfigurationProblem? {
        switch (resolved[.gitHubApp], resolved[.gitHubAppKey]) {
        case (nil, _?):
            .init(
                source: "settings", message: "\(keyVariable) is set, but \(appVariable) is not",
                suggestion: "say whose key it is: the App's ID")
        case (_?, nil):
            .init(
                source: "settings", message: "\(appVariable) is set, but \(keyVariable) is not",
                suggestion: "name the file with the App's private key")
        case (nil, nil):
            resolved[.gitHubAppInstallation].map { _ in
                .init(
                    source: "settings",
                    message: "\(SettingTable[.gitHubAppInstallation].variable) is set, but \(appVariable) is not",
                    suggestion: "say whose installation it is: the App's ID")
            }
        case (_?, _?): nil
        }
    }
}
