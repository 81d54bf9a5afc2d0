/// How the daemon proves to a remote who it is. Its description and reflection never show a secret.
package enum RemoteCredential: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    case none
    /// An access token over http(s): sent as the password of `username`.
    case token(String, username: String = "x-access-token")
    case password(user: String, password: String)
    /// A private key file for ssh and its passphrase; Debian 12's libssh2 needs ed25519 or ECDSA with today's servers.
    case sshKey(path: String, passphrase: String? = nil)
    /// Had at the moment of each operation.
    case supplied(CredentialSource)

    package var description: String {
        switch self {
        case .none: "none"
        case .token(_, let username): "token of \(username)"
        case .password(let user, _): "password of \(user)"
        case .sshKey(let path, _): "ssh key \(path)"
        case .supplied(let source): source.name
        }
    }

    package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }

    /// User name and secret for HTTP basic authentication; nil where there is none.
    var basic: (user: String, secret: String)? {
        switch self {
        case .none, .sshKey, .supplied: nil
        case .token(let token, let username): (username, token)
        case .password(let user, let password): (user, password)
        }
    }

    /// All texts that may not appear anywhere, the base64 form of basic authentication included.
    var secrets: [String] {
        var found: [String] = []
        if let basic {
            found.append(basic.secret)
            found.append(Base64.encode(Array("\(basic.user):\(basic.secret)".utf8)))
        }
        if case .sshKey(_, let passphrase?) = self { found.append(passphrase) }
        return found.filter { !$0.isEmpty }
    }

    /// `text` with every secret replaced by `***`.
    package func masking(_ text: String) -> String {
        var masked = text
        for secret in secrets where masked.contains(secret) {
            masked = masked.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return masked
    }
}
