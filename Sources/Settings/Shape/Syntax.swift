import Model

/// The globs that the `Git` room reads: `*`, `?`, `[a-z]`, `[!a-z]`, `**`, and `\` before a literal character.
enum GlobSyntax {
    /// What is wrong with a glob that is relative and without `..`, or nil.
    static func mistake(_ text: String) -> String? {
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == "\\" {
                guard index < scalars.count else { return "it ends in a backslash" }
                index += 1
            } else if scalar == "[" {
                guard let end = endOfSet(scalars, from: index) else { return "a bracket is not closed" }
                index = end
            }
        }
        return text.split(separator: "/").count > 60 ? "it has more than 60 parts" : nil
    }

    /// The index behind the closing bracket, which is a member of the set in the first place.
    private static func endOfSet(_ scalars: [Unicode.Scalar], from start: Int) -> Int? {
        var index = start
        if index < scalars.count, scalars[index] == "!" || scalars[index] == "^" { index += 1 }
        let first = index
        while index < scalars.count {
            if scalars[index] == "]", index > first { return index + 1 }
            if scalars[index] == "/" { return nil }
            index += scalars[index] == "\\" ? 2 : 1
        }
        return nil
    }
}

/// git's rules for the names of references (git-check-ref-format).
enum BranchSyntax {
    static func mistake(_ text: String) -> String? {
        let isBad = text.unicodeScalars.contains {
            $0.value <= 0x20 || $0.value == 0x7F || "~^:?*[\\".unicodeScalars.contains($0)
        }
        if isBad { return "git allows no spaces and none of ~ ^ : ? * [ \\ in a branch name" }
        if text == "@" || text.contains("..") || text.contains("@{") || text.hasSuffix(".") || text.hasPrefix("-") {
            return "git does not allow it as a branch name"
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isWrong = parts.contains { $0.isEmpty || $0.hasPrefix(".") || $0.hasSuffix(".lock") }
        return isWrong ? "a part between slashes is empty, begins with '.' or ends in '.lock'" : nil
    }
}

enum URLSyntax {
    static func httpMistake(_ text: String) -> String? {
        let lowered = text.lowercased()
        guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://") else {
            return "it does not begin with http:// or https://"
        }
        if text.unicodeScalars.contains(where: { $0.value <= 0x20 }) { return "it holds a space" }
        let rest = text.drop { $0 != "/" }.dropFirst(2)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if authority.contains("@") { return "it holds a user name or password" }
        return authority.isEmpty ? "it names no host" : nil
    }

    /// `host`, `host:port`, or such with `https://` or `http://` before it.
    static func serverMistake(_ text: String) -> String? {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts[0] != "http", parts[0] != "https" {
            return "'\(parts[0])' is neither http nor https"
        }
        let place = parts.last ?? ""
        if place.contains(where: { "/?#@, ".contains($0) }) { return "write it as host or host:port, without a path" }
        // Without a port, one is lent for the check.
        let hasPort = place.hasPrefix("[") ? place.contains("]:") : place.contains(":")
        return Endpoint(hasPort ? String(place) : "\(place):1") == nil ? "write it as host or host:port" : nil
    }

    /// Passwords and tokens in an address end up in git's configuration and in logs.
    static func repositoryMistake(_ text: String) -> String? {
        if text.hasPrefix("-") { return "it begins with '-'" }
        guard let scheme = text.split(separator: "://", maxSplits: 1).first, scheme.count < text.count else {
            return text.hasPrefix("~") ? "'~' is not expanded" : nil
        }
        guard ["http", "https", "ssh", "file"].contains(scheme.lowercased()) else {
            return "'\(scheme)' is none of http, https, ssh and file"
        }
        let authority = text.dropFirst(scheme.count + 3).prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return nil }
        if scheme.lowercased() != "ssh" || authority[..<at].contains(":") {
            return "it holds a user name, password or token; give the token in the environment (GITHUB_TOKEN)"
        }
        return nil
    }
}

/// `host:port`; an IPv6 address stands in brackets.
struct Endpoint: Hashable {
    var host: String
    var port: Int

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else if host.contains(where: { ":/[]@".contains($0) || $0.isWhitespace }) {
            return nil
        }
        guard !host.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        self.host = String(host)
        self.port = port
    }
}
