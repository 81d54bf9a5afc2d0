package import Model

/// Which forge a repository lies on, and what it is called there.
package struct ForgeAddress: Hashable, Sendable, Codable {
    package let kind: ForgeKind
    /// Where the interface lies, without a slash at its end: `https://api.github.com`.
    package let api: String
    /// `owner/name`; with GitLab's groups any number of components, with Pagure one or more.
    package let repository: String

    /// Reads them from a remote's URL. `github.com`, `gitlab.com`, `codeberg.org`, `gitea.com` and `pagure.io` are known; for any
    /// other host the configuration says the kind.
    ///
    /// - Parameters:
    ///   - kind: what the configuration says, if anything.
    ///   - api: where the interface lies, where it is not where it usually is: behind a path, or on another host or port.
    /// - Throws: `forge.remote` for a URL that names no repository, `forge.unknown` for a host that is not known, and
    ///   `forge.api` for an `api` that is no usable URL.
    package init(remote: String, kind: ForgeKind? = nil, api: String? = nil) throws(Failure) {
        guard let location = RemoteLocation(remote) else {
            throw Failure(
                .forgeRemote, "the remote's URL names no repository on a forge",
                remedy: "Pull requests need a remote such as https://github.com/owner/name or git@host:owner/name.")
        }
        let host = ForgeKind.aliases[location.host] ?? location.host
        guard let found = kind ?? ForgeKind.known[host] ?? (host.hasSuffix(".ghe.com") ? .github : nil) else {
            throw Failure(
                .forgeUnknown, "it is not known which forge runs at '\(host)'",
                remedy: "Say it in deployer.yaml: github, gitlab, gitea (for Forgejo too) or pagure.")
        }
        let base = try APIBase(api ?? found.api(host: host))
        try self.init(kind: found, base: base, path: location.path)
    }

    private init(kind: ForgeKind, base: APIBase, path: [String]) throws(Failure) {
        var path = path[...]
        // A forge behind a path (https://example.com/git/owner/name) has that path before its interface's as well.
        var prefix = base.path.split(separator: "/").map(String.init)
        let own = kind.apiPath.split(separator: "/").map(String.init)
        if prefix.suffix(own.count) == own[...] { prefix.removeLast(own.count) } else { prefix = [] }
        if !prefix.isEmpty, path.count > prefix.count, Array(path.prefix(prefix.count)) == prefix {
            path = path.dropFirst(prefix.count)
        }
        // Pagure's repositories of forks lie under `forks/` for git and under `fork/` elsewhere.
        if kind == .pagure, path.first == "forks", path.count > 2 { path = ["fork"] + path.dropFirst() }
        let isWhole =
            switch kind {
            case .github, .gitea: path.count == 2
            case .gitlab: path.count >= 2
            case .pagure: (1...4).contains(path.count)
            }
        guard isWhole else {
            throw Failure(
                .forgeRemote, "'\(path.joined(separator: "/"))' is no repository of \(kind.name)",
                remedy: kind == .pagure
                    ? "The remote's path is a project's name, with its namespace where it has one."
                    : "The remote's path is owner/name.")
        }
        self.kind = kind
        self.api = base.text
        repository = path.joined(separator: "/")
    }

    /// The host (and port) that the interface lies on, for messages.
    package var server: String {
        let rest = api.firstRange(of: "://").map { api[$0.upperBound...] } ?? api[...]
        return String(rest.prefix { $0 != "/" })
    }
}
