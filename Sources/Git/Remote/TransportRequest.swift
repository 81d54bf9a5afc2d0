import Model

/// Encodes a request for `GitTransport`, whose documentation describes the form.
struct TransportRequest {
    private(set) var bytes = Array("git-transport 1\n".utf8)

    init(_ operation: String, _ remote: GitRemote) {
        add("operation", operation)
        add("url", remote.url.text)
        if remote.url.kind == .ssh {
            add("host", remote.url.host ?? "")
            add("port", String(remote.url.port ?? 22))
        }
        switch remote.credential {
        case .none: break
        // `GitRemote.entered` puts what it supplies in its place.
        case .supplied: break
        case .token(let token, let username):
            add("username", username)
            add("password", token)
        case .password(let user, let password):
            add("username", user)
            add("password", password)
        case .sshKey(let path, let passphrase):
            add("key", path)
            if let passphrase { add("passphrase", passphrase) }
        }
        if let file = remote.authorityFile { add("authority-file", file) }
    }

    mutating func add(_ key: String, _ value: String) {
        bytes += "\(key) \(value.utf8.count)\n\(value)\n".utf8
    }

    mutating func add(_ update: PushUpdate) {
        let source =
            switch update.source {
            case .reference(let name): name
            case .commit(let id): id.hex
            case .nothing: "-"
            }
        let expected =
            switch update.expected {
            case .anything: "any"
            case .absent: "absent"
            case .commit(let id): id.hex
            }
        add("update", "\(source) \(update.destination) \(update.isForced ? "forced" : "plain") \(expected)")
    }

    /// The request complete with its end mark.
    var complete: [UInt8] { bytes + Array("end\n".utf8) }
}
