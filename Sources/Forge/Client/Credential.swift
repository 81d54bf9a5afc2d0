import Model
import Net

/// What a request shows of who asks.
protocol Credential: Sendable {
    /// - Throws: `forge.auth`, and what fetching a token may throw.
    func header() async throws(Failure) -> HTTPTransport.Header
    /// This one was refused. True when it is worth to ask again with another.
    func refused(_ header: HTTPTransport.Header) async -> Bool
}

/// A token that somebody made and put among the secrets.
struct TokenCredential: Credential {
    let secret: ForgeSecret
    let name: String
    /// What stands before the token.
    var scheme = ""

    func header() async throws(Failure) -> HTTPTransport.Header {
        let token = try secret.reveal()
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Failure(
                .forgeAuth, "the forge's token has characters that no token has",
                remedy: "Check that the secret holds the token and nothing else.")
        }
        return .init(name, scheme + token)
    }

    func refused(_ header: HTTPTransport.Header) async -> Bool { false }
}
