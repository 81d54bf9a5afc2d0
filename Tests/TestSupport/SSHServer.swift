#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// git over ssh on loopback: a real sshd that lets one key run git-shell and nothing else.
package struct SSHServer: Sendable {
    /// Why it cannot run here; nil when it can.
    package static var missing: String? {
        if PeerCommand.path(of: "sshd") == nil { return "sshd is not installed (package openssh-server)" }
        return PeerCommand.path(of: "ssh-keygen") == nil ? "ssh-keygen is not installed" : nil
    }

    package let port: Int
    /// The account that the key may log in to.
    package let user: String
    /// Private key files that the server accepts; the second has the passphrase `open sesame`.
    package let key: String
    package let keyWithPassphrase: String
    /// A private key that the server does not accept.
    package let strangerKey: String
    /// Public host keys: `ssh-ed25519 AAAA...`, `ecdsa-sha2-nistp256 AAAA...`.
    package let hostKeys: [String]
    private let pid: pid_t

    package init(in folder: String) throws {
        func make(_ name: String, type: String = "ed25519", passphrase: String = "") throws -> String {
            let path = "\(folder)/\(name)"
            let result = try PeerCommand.run(["ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", name, "-f", path])
            guard result.status == 0 else { throw PeerError("ssh-keygen failed: \(result.text)") }
            return path
        }
        let hostKeyFiles = [try make("host_ed25519"), try make("host_ecdsa", type: "ecdsa")]
        key = try make("client")
        keyWithPassphrase = try make("client_locked", passphrase: "open sesame")
        strangerKey = try make("stranger")
        hostKeys = try hostKeyFiles.map { file in
            let words = try PeerCommand.run(["cat", "\(file).pub"]).text.split(separator: " ")
            return words.prefix(2).joined(separator: " ")
        }
        let allowed = "restrict,command=\"git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"\" "
        let keys = try [key, keyWithPassphrase].map { allowed + (try PeerCommand.run(["cat", "\($0).pub"]).text) }
        try Self.write(keys.joined(), to: "\(folder)/authorized_keys")
        // sshd separates its privileges here when it runs as root.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        user = getpwuid(geteuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "root"
        let probe = try LoopbackListener { _ in }
        port = probe.port
        probe.stop()
        usleep(50_000)
        let sshd = PeerCommand.path(of: "sshd") ?? "/usr/sbin/sshd"
        let settings = [
            "ListenAddress=127.0.0.1", "HostKey=\(hostKeyFiles[0])", "HostKey=\(hostKeyFiles[1])",
            "AuthorizedKeysFile=\(folder)/authorized_keys", "StrictModes=no", "UsePAM=no", "PasswordAuthentication=no",
            "PidFile=none",
        ]
        pid = try PeerCommand.start(
            [sshd, "-D", "-e", "-f", "/dev/null", "-p", String(port)] + settings.flatMap { ["-o", $0] })
        guard PeerPort.accepts(port) else {
            PeerCommand.stop(pid)
            throw PeerError("sshd does not listen")
        }
    }

    /// URL of a repository by its absolute path.
    package func url(_ path: String) -> String { "ssh://\(user)@127.0.0.1:\(port)\(path)" }

    /// The known_hosts line of the host key with that position in `hostKeys`.
    package func knownHostsLine(_ index: Int = 0) -> String { "[127.0.0.1]:\(port) \(hostKeys[index])\n" }

    package func stop() { PeerCommand.stop(pid) }

    package static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw PeerError("cannot write \(path)") }
        fputs(text, file)
        fclose(file)
    }
}
