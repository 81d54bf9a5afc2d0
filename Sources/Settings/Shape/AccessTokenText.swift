/// An entry of `web-tokens`: who may ask over HTTP, and for what.
package struct AccessTokenText: Sendable, Hashable {
    /// As the log names whoever asks with it.
    package let name: String
    /// `read+feedback`.
    package let rights: String
    package let token: String

    /// nil for what `mistake` objects to.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, Self.mistake(parts) == nil else { return nil }
        (name, rights, token) = (parts[0], parts[1], parts[2])
    }

    /// Why a text is none; never repeats a part of it.
    static func mistake(_ text: String) -> String? {
        mistake(text.split(separator: ":", omittingEmptySubsequences: false).map(String.init))
    }

    private static let knownRights = ["read", "feedback", "operate"]
    private static let shortest = 32

    private static func mistake(_ parts: [String]) -> String? {
        guard parts.count == 3 else { return "an entry is NAME:RIGHTS:TOKEN" }
        guard (1...64).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ isLetterOrDigit($0) || "_.-".utf8.contains($0) })
        else { return "the name before the first ':' is of letters, digits, '-', '_' and '.'" }
        let rights = parts[1].split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        guard rights.allSatisfy({ knownRights.contains($0) }), Set(rights).count == rights.count else {
            return "rights are read, feedback and operate, joined by '+'"
        }
        guard parts[2].utf8.count >= shortest else { return "a token has at least \(shortest) characters" }
        // RFC 6750, 2.1: b64token.
        guard parts[2].utf8.allSatisfy({ isLetterOrDigit($0) || "-._~+/=".utf8.contains($0) }) else {
            return "a token is of letters, digits and -._~+/="
        }
        return nil
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
