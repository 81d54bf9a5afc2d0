import CGit2

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The keys that known_hosts files hold for the request's host (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
struct KnownHosts {
    /// One usable line: its key type (`ssh-ed25519`) and key in base64.
    struct Entry: Equatable {
        var type: String
        var key: String
        var isRevoked: Bool
    }

    private let name: String
    let entries: [Entry]

    init(_ request: Request) {
        let host = (request["host"] ?? "").lowercased()
        let port = request["port"] ?? "22"
        name = port == "22" ? host : "[\(host)]:\(port)"
        var found: [Entry] = []
        for file in request.all("known-hosts") {
            guard let text = Self.contents(of: file) else { continue }
            for line in text.split(whereSeparator: \.isNewline) {
                if let entry = Self.entry(line, host: name) { found.append(entry) }
            }
        }
        entries = found
    }

    /// nil when the key is on record, else why the connection must not be used.
    func verdict(on certificate: git_cert_hostkey) -> TransportError? {
        guard certificate.type.rawValue & GIT_CERT_SSH_RAW.rawValue != 0, let raw = certificate.hostkey else {
            return TransportError(.git, "the remote's host key cannot be read")
        }
        let bytes = raw.withMemoryRebound(to: UInt8.self, capacity: certificate.hostkey_len) {
            Array(UnsafeBufferPointer(start: $0, count: certificate.hostkey_len))
        }
        let key = Base64.encode(bytes)
        let matching = entries.filter { $0.key == key }
        if matching.contains(where: \.isRevoked) {
            return TransportError(.hostKeyRevoked, "the key of \(name) is marked as revoked")
        }
        if !matching.isEmpty { return nil }
        var digest = certificate.hash_sha256
        let fingerprint = withUnsafeBytes(of: &digest) { Base64.encode(Array($0)) }.prefix { $0 != "=" }
        let line = "\(name) \(Self.type(of: bytes)) \(key)"
        return TransportError(
            entries.contains { !$0.isRevoked } ? .hostKeyChanged : .hostKeyUnknown, "\(line) SHA256:\(fingerprint)")
    }

    /// libssh2 offers ECDSA first and asks only for what `$HOME/.ssh/known_hosts` says, so a server with several keys of which
    /// the file holds another would look changed. Writes the best key on record there, for libssh2 to ask for that type.
    func writePreference(home: String) throws(TransportError) {
        let order = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"]
        let usable = entries.filter { !$0.isRevoked && order.contains($0.type) }
        guard
            let best = usable.min(by: {
                (order.firstIndex(of: $0.type) ?? order.count) < (order.firstIndex(of: $1.type) ?? order.count)
            })
        else { return }
        mkdir("\(home)/.ssh", 0o700)
        guard let file = fopen("\(home)/.ssh/known_hosts", "w") else {
            throw TransportError(.request, "cannot write below '\(home)'")
        }
        fputs("\(name) \(best.type) \(best.key)\n", file)
        fclose(file)
    }

    static func entry(_ line: Substring, host: String) -> Entry? {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
        guard let first = words.first, !first.hasPrefix("#") else { return nil }
        var isRevoked = false
        if first.hasPrefix("@") {
            // `@cert-authority` lines vouch for certificates, which libssh2 does not know.
            guard first == "@revoked" else { return nil }
            isRevoked = true
            words = words.dropFirst()
        }
        guard words.count >= 3, let patterns = words.first, matches(patterns, host: host) else { return nil }
        let rest = words.dropFirst()
        guard let type = rest.first, let key = rest.dropFirst().first else { return nil }
        return Entry(type: String(type), key: String(key), isRevoked: isRevoked)
    }

    private static func matches(_ patterns: Substring, host: String) -> Bool {
        if patterns.hasPrefix("|1|") {
            let parts = patterns.split(separator: "|")
            guard parts.count == 3, let salt = Base64.decode(parts[1]), let hash = Base64.decode(parts[2]) else {
                return false
            }
            return SHA1.authenticate(Array(host.utf8), key: salt) == hash
        }
        var isMatch = false
        for pattern in patterns.split(separator: ",") {
            let isNegated = pattern.hasPrefix("!")
            if Wildcard.matches(
                host.utf8[...], pattern: (isNegated ? pattern.dropFirst() : pattern).lowercased().utf8[...])
            {
                if isNegated { return false }
                isMatch = true
            }
        }
        return isMatch
    }

    /// The blob begins with its type's name as a counted string (RFC 4253, 6.6).
    private static func type(of blob: [UInt8]) -> String {
        let count = blob.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard blob.count >= 4 + count, count < 64 else { return "unknown" }
        return String(decoding: blob[4..<4 + count], as: UTF8.self)
    }

    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 16 << 20 {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
