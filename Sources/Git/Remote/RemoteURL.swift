package import Model

/// Where a repository is: a path, `file://`, `http(s)://`, `ssh://` or the scp-like `user@host:path`.
///
/// A URL with a password or token in it is refused, because git would write it into configuration files and messages; what
/// this type shows never holds a secret.
package struct RemoteURL: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable { case local, http, https, ssh }

    package let kind: Kind
    /// As it is given to git. For `local` the absolute path.
    package let text: String
    /// Lower case, without brackets; nil for `local`.
    package let host: String?
    /// nil where the scheme's own port is meant.
    package let port: Int?
    /// Only ssh URLs have one.
    package let user: String?

    package var description: String { text }
    /// Whether credentials for http make sense here.
    package var isHTTP: Bool { kind == .http || kind == .https }
    /// The absolute path of a `local` remote.
    package var localPath: String? { kind == .local ? text : nil }

    /// - Parameter folder: what a relative path is relative to; nil refuses relative paths.
    /// - Throws: `git.url-invalid`, `git.url-credentials`; neither repeats user information.
    package init(_ text: String, relativeTo folder: String? = nil) throws(Failure) {
        guard !text.isEmpty, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw Self.invalid("an empty URL or one with control characters")
        }
        if let separator = text.firstRange(of: "://") {
            try self.init(
                scheme: text[..<separator.lowerBound].lowercased(), rest: text[separator.upperBound...], text: text)
        } else if let colon = Self.scpColon(text) {
            try self.init(scp: text, colon: colon)
        } else {
            try self.init(path: text, relativeTo: folder)
        }
    }

    private init(path: String, relativeTo folder: String?) throws(Failure) {
        guard !path.hasPrefix("-"), !path.hasPrefix("~") else {
            throw Self.invalid("'\(path)'", remedy: "Write the path out; '~' is not expanded.")
        }
        guard path.hasPrefix("/") || folder != nil else {
            throw Self.invalid("the relative path '\(path)'", remedy: "Write an absolute path.")
        }
        self.init(kind: .local, text: path.hasPrefix("/") ? path : "\(folder ?? "")/\(path)")
    }

    private init(kind: Kind, text: String, host: String? = nil, port: Int? = nil, user: String? = nil) {
        self.kind = kind
        self.text = text
        self.host = host
        self.port = port
        self.user = user
    }

    /// `user@host:path`: a colon before the first slash, and not a Windows-like single letter.
    private static func scpColon(_ text: String) -> String.Index? {
        guard !text.hasPrefix("/"), !text.hasPrefix(".") else { return nil }
        let bracketEnd = text.contains("[") ? text.firstIndex(of: "]") : nil
        let from = bracketEnd ?? text.startIndex
        guard let colon = text[from...].firstIndex(of: ":") else { return nil }
        return text[from..<colon].contains("/") ? nil : colon
    }

    private init(scp text: String, colon: String.Index) throws(Failure) {
        let authority = text[..<colon]
        let path = text[text.index(after: colon)...]
        let at = authority.lastIndex(of: "@")
        let user = at.map { String(authority[..<$0]) }
        let host = at.map { authority[authority.index(after: $0)...] } ?? authority
        if user?.contains(":") == true { throw Self.carriesSecret(shown: "ssh://***@\(host)/\(path)") }
        // `user:password@host:path`, read by the first colon.
        let start = path.prefix { $0 != "/" }
        if user == nil, let at = start.firstIndex(of: "@"), start[at...].contains(":") {
            throw Self.carriesSecret(shown: "***\(path[at...])")
        }
        guard !path.isEmpty, !path.hasPrefix("-"), Self.isHost(host), user.map(Self.isUser) ?? true else {
            throw Self.invalid("'\(text)'")
        }
        self.init(kind: .ssh, text: text, host: Self.bare(host), user: user)
    }

    private init(scheme: String, rest: Substring, text: String) throws(Failure) {
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let path = rest[authority.endIndex...]
        // The last `@`: a password may hold one that nobody encoded.
        let at = authority.lastIndex(of: "@")
        let userInfo = at.map { authority[..<$0] }
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        switch scheme {
        case "file":
            try self.init(file: path, authority: authority)
        case "http", "https":
            if userInfo != nil { throw Self.carriesSecret(shown: "\(scheme)://***@\(place)\(path)") }
            if let mark = path.firstIndex(where: { $0 == "?" || $0 == "#" }) {
                throw Self.invalid(
                    "'\(scheme)://\(place)\(path[..<mark])...'",
                    remedy: "Leave out the query; tokens do not belong in a URL.")
            }
            let (host, port) = try Self.hostAndPort(place, shown: "\(scheme)://\(place)\(path)")
            let trimmed = path.hasSuffix("/") ? path.dropLast() : path
            self.init(
                kind: scheme == "http" ? .http : .https, text: "\(scheme)://\(place)\(trimmed)", host: host, port: port)
        case "ssh", "git+ssh", "ssh+git":
            if userInfo?.contains(":") == true { throw Self.carriesSecret(shown: "ssh://***@\(place)\(path)") }
            let (host, port) = try Self.hostAndPort(place, shown: "ssh://\(place)\(path)")
            let user = userInfo.map(String.init)
            guard path.count > 1, !path.hasPrefix("/-"), user.map(Self.isUser) ?? true else {
                throw Self.invalid("'ssh://\(place)\(path)'")
            }
            let prefix = user.map { "\($0)@" } ?? ""
            self.init(kind: .ssh, text: "ssh://\(prefix)\(place)\(path)", host: host, port: port, user: user)
        default:
            throw Self.invalid(
                "the scheme '\(scheme)'", remedy: "Use https, http, ssh, file or a path.")
        }
    }

    private init(file path: Substring, authority: Substring) throws(Failure) {
        guard authority.isEmpty || authority == "localhost", let decoded = Self.percentDecoded(path),
            decoded.hasPrefix("/")
        else { throw Self.invalid("'file://\(authority)\(path)'", remedy: "Write it as file:///absolute/path.") }
        self.init(kind: .local, text: decoded)
    }

    private static func hostAndPort(_ place: Substring, shown: String) throws(Failure) -> (String, Int?) {
        let searched = place.lastIndex(of: "]").map { place[$0...] } ?? place
        let colon = searched.lastIndex(of: ":")
        let host = colon.map { place[..<$0] } ?? place
        let port = colon.flatMap { Int(place[place.index(after: $0)...]) }
        guard isHost(host), colon == nil || (1...65_535).contains(port ?? 0) else { throw invalid("'\(shown)'") }
        return (bare(host), port)
    }

    private static func isHost(_ host: Substring) -> Bool {
        !host.isEmpty && !host.hasPrefix("-")
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"):
                    true
                default: byte >= 0x80
                }
            }
    }

    private static func isUser(_ user: String) -> Bool {
        !user.isEmpty && !user.hasPrefix("-") && !user.contains { "/?#[]@ ".contains($0) }
    }

    private static func bare(_ host: Substring) -> String {
        (host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host).lowercased()
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(Substring(rest.prefix(2))), radix: 16), rest.count >= 2, value != 0 else {
                return nil
            }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func invalid(_ what: String, remedy: String? = nil) -> Failure {
        Failure(
            .remoteURLInvalid, "\(what) cannot be used as a remote",
            remedy: remedy ?? "Write https://host/path, ssh://user@host/path, user@host:path, file:///path or a path.")
    }

    private static func carriesSecret(shown: String) -> Failure {
        let clean = shown.replacing("***@", with: "")
        return Failure(
            .remoteURLCredentials, "the URL \(shown) carries user information, which may be a password or token",
            remedy: "Write it as \(clean) and give the token in the environment (GITHUB_TOKEN) or in dispatcher.env; "
                + "revoke it if the URL was ever committed or logged.")
    }
}
