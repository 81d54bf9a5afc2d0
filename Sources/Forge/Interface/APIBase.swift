import Model

/// The beginning of every URL that is asked, checked once: no token is sent anywhere else.
struct APIBase: Hashable, Sendable {
    /// `https://host`, with the port where it is not the usual one; in lower case.
    let origin: String
    /// Begins with a slash, ends without one; empty for the root.
    let path: String
    var text: String { origin + path }

    /// - Throws: `forge.api`.
    init(_ url: String) throws(Failure) {
        guard let parts = Self.split(url), parts.query.isEmpty else {
            throw Failure(
                .forgeAPI, "the address of the forge's interface is no URL of the form https://host/path",
                remedy: "Write it without user, password and query, such as https://git.example.com/api/v4.")
        }
        guard parts.origin.hasPrefix("https://") || Self.isLoopback(parts.origin) else {
            throw Failure(
                .forgeAPI, "the forge's interface at \(parts.origin) is not encrypted",
                remedy: "Use https: a token that is sent in the clear is everybody's.")
        }
        origin = parts.origin
        path = String(parts.path.reversed().drop { $0 == "/" }.reversed())
    }

    /// The part of a URL behind the host (path and query) where it lies on the same host, port and scheme; nil otherwise.
    func target(of url: String) -> String? {
        if url.hasPrefix("/"), !url.hasPrefix("//") { return url }
        guard let parts = Self.split(url), parts.origin == origin else { return nil }
        return parts.path + parts.query
    }

    /// Scheme, host and port in lower case, without the scheme's usual port; path; query with its question mark.
    private static func split(_ url: String) -> (origin: String, path: String, query: String)? {
        guard let mark = url.firstRange(of: "://"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let scheme = url[..<mark.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        let rest = url[mark.upperBound...].prefix { $0 != "#" }
        var authority = rest.prefix { $0 != "/" && $0 != "?" }.lowercased()
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let usual = scheme == "https" ? ":443" : ":80"
        if authority.hasSuffix(usual) { authority.removeLast(usual.count) }
        let target = rest.dropFirst(rest.prefix { $0 != "/" && $0 != "?" }.count)
        let path = target.prefix { $0 != "?" }
        return ("\(scheme)://\(authority)", String(path), String(target.dropFirst(path.count)))
    }

    private static func isLoopback(_ origin: String) -> Bool {
        let host = origin.dropFirst("http://".count)
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return name == "localhost" || name == "[::1]"
            || name.hasPrefix("127.") && name.split(separator: ".").count == 4
                && name.split(separator: ".").allSatisfy { UInt8($0) != nil }
    }
}
