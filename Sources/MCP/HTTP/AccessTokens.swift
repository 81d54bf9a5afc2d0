import Model

/// Who may ask over HTTP, and for what.
package struct AccessTokens: Sendable {
    package struct Entry: Sendable {
        package var name: String
        package var rights: AgentRights
        fileprivate var digest: [UInt8]

        package init(name: String, rights: AgentRights, token: String) {
            self.name = name
            self.rights = rights
            digest = Array(SHA256.hex(of: Array(token.utf8)).utf8)
        }
    }

    private let entries: [Entry]
    package init(_ entries: [Entry]) { self.entries = entries }

    /// Whose token it is. Compared by digests, each with every entry and to its end: how long that takes says nothing of how
    /// much of a guess was right.
    package func owner(of token: String) -> Entry? {
        let digest = Array(SHA256.hex(of: Array(token.utf8)).utf8)
        var found: Entry?
        for entry in entries where Self.isEqual(entry.digest, digest) { found = entry }
        return found
    }

    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
