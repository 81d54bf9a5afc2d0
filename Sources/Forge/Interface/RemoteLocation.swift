/// Where a git remote lies: the host, and the path on it. Written as a URL (`https://`, `ssh://`, `git://`) or as scp does
/// (`git@host:path`).
struct RemoteLocation: Hashable, Sendable {
    /// In lower case, without a user and without a port.
    let host: String
    /// Without `.git`, and without empty components.
    let path: [String]
    let isSSH: Bool

    /// nil for what names no host or no path, or a path that could lead elsewhere.
    init?(_ remote: String) {
        let authority: Substring
        let rest: Substring
        if let scheme = remote.firstRange(of: "://") {
            let name = remote[..<scheme.lowerBound].lowercased()
            guard ["https", "http", "ssh", "git", "git+ssh", "ssh+git"].contains(name) else { return nil }
            isSSH = name.contains("ssh")
            let after = remote[scheme.upperBound...]
            guard let slash = after.firstIndex(of: "/") else { return nil }
            authority = after[..<slash]
            rest = after[slash...].prefix { $0 != "?" && $0 != "#" }
        } else {
            // `host:path`; a path of this machine has a slash before its first colon.
            guard let colon = remote.firstIndex(of: ":"), !remote[..<colon].contains("/") else { return nil }
            isSSH = true
            authority = remote[..<colon]
            rest = remote[remote.index(after: colon)...]
        }
        let name = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        host = String(name.prefix { $0 != ":" }).lowercased()
        var parts = rest.split(separator: "/").map(String.init)
        if let last = parts.last, last.hasSuffix(".git") { parts[parts.count - 1] = String(last.dropLast(4)) }
        guard Self.isHost(host), !parts.isEmpty, parts.allSatisfy(Self.isComponent) else { return nil }
        path = parts
    }

    private static func isHost(_ host: String) -> Bool {
        !host.isEmpty
            && host.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".")
            }
    }

    /// What the four forges allow in names of owners and repositories; a leading dot is allowed (`.github`), `..` is not.
    static func isComponent(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".." && text.utf8.count <= 255
            && text.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                    || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "+")].contains(byte)
            }
    }
}
