package import Model

/// Which servers an access token is shown to: the one that the workspace was cloned from, and those the operator names.
///
/// Whoever can push chooses the remotes of services; a token must not follow that choice to a server of theirs.
package struct TokenScope: Hashable, Sendable {
    /// Scheme, host and port; the ports of the schemes are spelt out.
    private struct Place: Hashable, Sendable {
        var kind: RemoteURL.Kind
        var host: String
        var port: Int

        init?(_ url: RemoteURL) {
            guard url.isHTTP, let host = url.host else { return nil }
            kind = url.kind
            self.host = host
            port = url.port ?? (url.kind == .http ? 80 : 443)
        }
    }

    private let home: Place?
    private let others: Set<Place>

    /// - Parameters:
    ///   - home: the workspace's own remote.
    ///   - hosts: further servers by the operator's word: `host`, `host:port` (both https), or `http://host:port` for one
    ///     where the token may travel in the clear.
    /// - Throws: `git.url-invalid` for a host that is none.
    package init(home: RemoteURL, hosts: [String]) throws(Failure) {
        self.home = Place(home)
        var others: Set<Place> = []
        for host in hosts {
            let url = try RemoteURL(host.contains("://") ? host : "https://\(host)")
            guard let place = Place(url) else {
                throw Failure(
                    .remoteURLInvalid, "'\(host)' is no http(s) server that a token could be for",
                    remedy: "Write it as host, host:port or http://host:port.")
            }
            others.insert(place)
        }
        self.others = others
    }

    /// The credential to use at `url`: `token` where it may be shown, none elsewhere.
    /// - Throws: `git.plain-http` when it is the workspace's own server, but anybody on the way to it could read the token.
    package func credential(_ token: RemoteCredential, for url: RemoteURL) throws(Failure) -> RemoteCredential {
        guard let place = Place(url), token != .none else { return .none }
        if others.contains(place) { return token }
        guard place == home else { return .none }
        guard place.kind == .https || Self.isLoopback(place.host) else {
            throw Failure(
                .remotePlainHTTP,
                "the token for \(url) would travel over plain http, where anybody on the way can read it",
                remedy:
                    "Use https, unset GITHUB_TOKEN, or accept it with DISPATCHER_TOKEN_HOSTS=http://\(place.host):\(place.port)"
            )
        }
        return token
    }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
