import Crypto
import CryptoExtras
import Model
import Net

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The JSON web token with which an App shows who it is (RFC 7519, RS256 of RFC 7518): good for ten minutes at most, as GitHub
/// asks, and dated back a minute for clocks that differ.
struct AppToken {
    let app: GitHubApp

    /// - Throws: `forge.auth` for a key that cannot be used.
    func text(now: Timestamp) throws(Failure) -> String {
        let seconds = now.microseconds / 1_000_000
        let issuer: JSONValue = Int64(app.id).map { .integer($0) } ?? .string(app.id)
        let claims = JSONValue.body(["iat": .integer(seconds - 60), "exp": .integer(seconds + 540), "iss": issuer])
        let pem = try app.key.reveal()
        let signed =
            Self.encoded(try ForgeJSON.encode(.body(["alg": .string("RS256"), "typ": .string("JWT")]))) + "."
            + Self.encoded(try ForgeJSON.encode(claims))
        do {
            let key = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
            let signature = try key.signature(
                for: Crypto.SHA256.hash(data: Data(signed.utf8)), padding: .insecurePKCS1v1_5)
            return signed + "." + Self.encoded(Array(signature.rawRepresentation))
        } catch {
            // The library's words may hold parts of the key.
            throw Failure(
                .forgeAuth, "the private key of the GitHub App '\(app.id)' cannot be used",
                remedy:
                    "Put the key in as GitHub gave it out: all of the .pem file, 2048 bits or more, without a passphrase."
            )
        }
    }

    /// base64url without padding (RFC 7515, appendix C).
    private static func encoded(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().compactMap { character in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }
}

/// Shows the App itself, for the two requests that lead to an installation's token.
struct AppCredential: Credential {
    let token: AppToken
    let clock: ForgeClock
    func header() async throws(Failure) -> HTTPTransport.Header {
        .init("Authorization", "Bearer " + (try token.text(now: clock.now())))
    }
    func refused(_ header: HTTPTransport.Header) async -> Bool { false }
}
