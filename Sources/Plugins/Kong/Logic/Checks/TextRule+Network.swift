// Names, addresses, paths and URLs.
extension TextRule {
    static func isAddress(_ text: some StringProtocol) -> Bool { isVersionFour(text) || isVersionSix(text) }

    private static func isVersionFour(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy {
                !$0.isEmpty && $0.utf8.count <= 3 && $0.utf8.allSatisfy { (48...57).contains($0) }
                    && (Int($0) ?? 999) < 256
            }
    }

    private static func isVersionSix(_ text: some StringProtocol) -> Bool {
        var text = String(text)
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        guard text.contains(":"), text.utf8.allSatisfy({ isHex($0) || $0 == 58 || $0 == 46 }) else { return false }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        let groups = halves.flatMap { $0.split(separator: ":", omittingEmptySubsequences: false) }
            .filter { !$0.isEmpty }
        let width = groups.reduce(0) { $0 + ($1.contains(".") ? 2 : 1) }
        guard groups.allSatisfy({ $0.contains(".") ? isVersionFour($0) : $0.utf8.count <= 4 }) else { return false }
        return halves.count == 2 ? width < 8 : width == 8
    }

    /// A name as a resolver takes it; underscores are in use.
    static func isServerName(_ text: some StringProtocol) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255, !isAddress(text) else { return false }
        let labels = (text.hasSuffix(".") ? text.dropLast() : text[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        // A name of digits alone would be an address that is none.
        guard labels.contains(where: { $0.utf8.contains { !(48...57).contains($0) } }) else { return false }
        return labels.allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63 && label.utf8.first != 45
                && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == 45 || $0 == 95 }
        }
    }

    static func isHost(_ text: some StringProtocol) -> Bool { isAddress(text) || isServerName(text) }

    static func withoutWildcard(_ text: some StringProtocol) -> Substring {
        if text.hasPrefix("*.") { return Substring(text.dropFirst(2)) }
        if text.hasSuffix(".*") { return Substring(text.dropLast(2)) }
        return Substring(text)
    }

    static func hostPatternComplaint(_ text: String) -> String? {
        let (host, port) = separated(withoutWildcard(text))
        guard isHost(host) else { return "must be a host name, '*' at most as its first or last label" }
        return port.map(isPort) == false ? "has no valid port" : nil
    }

    static func isTarget(_ text: String) -> Bool {
        if isAddress(text) { return true }
        let (host, port) = separated(text[...])
        return isHost(host) && port.map(isPort) != false
    }

    private static func separated(_ text: Substring) -> (Substring, Substring?) {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let rest = text[text.index(after: end)...]
            return (text[...end], rest.hasPrefix(":") ? rest.dropFirst() : rest.isEmpty ? nil : "")
        }
        guard !isAddress(text), let colon = text.lastIndex(of: ":") else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (48...57).contains($0) } && (0...65_535).contains(Int(text) ?? -1)
    }

    static func isNetwork(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, isAddress(address) else { return false }
        guard parts.count == 2 else { return true }
        return (0...(address.contains(":") ? 128 : 32)).contains(Int(parts[1]) ?? -1)
    }

    static func urlComplaint(_ text: String) -> String? {
        guard let scheme = text.firstRange(of: "://"), scheme.lowerBound != text.startIndex else {
            return "must be a URL: https://host:port/path"
        }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@").last ?? ""
        let (name, port) = separated(host)
        guard isHost(name) else { return "must be a URL with a host" }
        return port.map(isPort) == false ? "has no valid port" : nil
    }

    /// RFC 3986, 3.3; percent signs stand before two hexadecimal digits.
    static func pathComplaint(_ text: String) -> String? {
        guard text.hasPrefix("/") else { return "must begin with '/'" }
        guard !text.contains("//") else { return "must not have empty segments ('//')" }
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, isHex(bytes[index + 1]), isHex(bytes[index + 2]) else {
                    return "has a '%' that is not followed by two hexadecimal digits"
                }
            } else if byte < 0x80, !isAlphanumeric(byte), !"/.-_~!$&'()*+,;=:@".utf8.contains(byte) {
                return "has '\(Character(Unicode.Scalar(byte)))', which has no place in a path"
            }
        }
        return nil
    }

    static func routePathComplaint(_ text: String) -> String? {
        if text.hasPrefix("~") {
            guard text.dropFirst().hasPrefix("/") || text.dropFirst().hasPrefix("^/") else {
                return "must go on with '/' behind the '~' of a regular expression"
            }
            return RegularExpression.complaint(String(text.dropFirst()))
        }
        guard text.hasPrefix("/") else { return "must begin with '/', or with '~/' for a regular expression" }
        return text.contains("//") ? "must not have empty segments ('//')" : nil
    }
}
