extension TextRule {
    /// What is wrong with a text; nil when nothing is.
    package func complaint(_ text: String) -> String? {
        switch self {
        case .free: nil
        case .any: text.isEmpty ? "must not be empty" : nil
        case .name: Self.isName(text) ? nil : "may hold letters, digits and . - _ ~ only"
        case .wideName:
            text.unicodeScalars.contains { "/:?#[]@!$&'()*+,;=%\"<>\\^`{|}\n".unicodeScalars.contains($0) }
                || text.isEmpty
                ? "may hold letters, digits, blanks and . - _ ~ only" : nil
        case .uuid: Self.isUUID(text) ? nil : "must be a UUID (8-4-4-4-12 hexadecimal digits)"
        case .host: Self.isHost(text) ? nil : "must be a host name or an address, without a port"
        case .hostPattern: Self.hostPatternComplaint(text)
        case .serverName: Self.isServerName(text) ? nil : "must be a host name, without a port; an address is none"
        case .serverNamePattern:
            Self.isServerName(Self.withoutWildcard(text))
                ? nil : "must be a host name, '*' at most as its first or last label"
        case .target: Self.isTarget(text) ? nil : "must be a host name or address, with or without a port"
        case .url: Self.urlComplaint(text)
        case .path: Self.pathComplaint(text)
        case .routePath: Self.routePathComplaint(text)
        case .method:
            !text.isEmpty && text.utf8.allSatisfy { (65...90).contains($0) }
                ? nil : "must be an HTTP method in capitals"
        case .header:
            !text.isEmpty && text.utf8.allSatisfy(Self.isTokenByte) ? nil : "must be a header's name"
        case .cookie: !text.isEmpty && text.utf8.allSatisfy(Self.isTokenByte) ? nil : "must be a cookie's name"
        case .network: Self.isNetwork(text) ? nil : "must be an address or a network such as 10.0.0.0/8"
        case .tag:
            text.isEmpty || text.contains(",") || text.contains("/")
                ? "must not be empty and holds neither ',' nor '/'" : nil
        case .certificate: Self.pemComplaint(text, "CERTIFICATE", "a certificate")
        case .key: Self.pemComplaint(text, "KEY", "a key")
        case .vaultPrefix: Self.isVaultPrefix(text) ? nil : "must begin with a-z and go on with a-z, 0-9 and '-'"
        case .json: ["{", "["].contains(text.drop { $0.isWhitespace }.prefix(1)) ? nil : "must be JSON"
        }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isAlphanumeric($0) || "._~-".utf8.contains($0) }
    }

    package static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.utf8.allSatisfy { isHex($0) } }
    }

    private static func isVaultPrefix(_ text: String) -> Bool {
        guard let first = text.utf8.first, (97...122).contains(first), text.utf8.count > 1, text.utf8.last != 45 else {
            return false
        }
        return text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    static func isTokenByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte) }
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    static func isHex(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }

    private static func pemComplaint(_ text: String, _ kind: String, _ what: String) -> String? {
        var rest = text[...]
        while let begin = rest.firstRange(of: "-----BEGIN ") {
            rest = rest[begin.upperBound...]
            guard let end = rest.firstRange(of: "-----") else { break }
            if rest[..<end.lowerBound].hasSuffix(kind) {
                return rest.contains("-----END \(rest[..<end.lowerBound])-----") ? nil : "is \(what) cut short"
            }
        }
        return "must be \(what) in PEM form"
    }
}
