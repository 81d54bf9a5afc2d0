import Foundation
import Model
import TestSupport

/// Looks at an App's JSON web token as GitHub does; the signature is checked by OpenSSL's own program, not by the library that
/// made it.
enum AppProof {
    /// GitHub's words about what is wrong; nil for nothing.
    static func problem(_ token: String, _ id: String, publicKey: String) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = json(parts[0]), let claims = json(parts[1]),
            let signature = bytes(parts[2])
        else {
            return "A JSON web token could not be decoded"
        }
        guard header["alg"]?.string == "RS256" else { return "Invalid algorithm" }
        guard claims["iss"] == .string(id) || claims["iss"] == Int64(id).map({ .integer($0) }) else {
            return "'Issuer' claim ('iss') must be an Integer"
        }
        let now = Timestamp.now.microseconds / 1_000_000
        guard case .integer(let issued)? = claims["iat"], issued <= now else {
            return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        }
        guard case .integer(let end)? = claims["exp"], end > now, end <= now + 600 else {
            return "'Expiration time' claim ('exp') is too far in the future"
        }
        return isSigned("\(parts[0]).\(parts[1])", signature, publicKey) ? nil : "A JSON web token could not be decoded"
    }

    private static func isSigned(_ text: String, _ signature: [UInt8], _ key: String) -> Bool {
        let folder = NSTemporaryDirectory() + "deployer-proof-\(UUID().uuidString)"
        guard (try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)) != nil
        else { return false }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard FileManager.default.createFile(atPath: folder + "/text", contents: Data(text.utf8)),
            FileManager.default.createFile(atPath: folder + "/signature", contents: Data(signature))
        else { return false }
        let result = try? PeerCommand.run(
            ["openssl", "dgst", "-sha256", "-verify", key, "-signature", folder + "/signature", folder + "/text"])
        return result?.status == 0
    }

    private static func json(_ part: Substring) -> JSONValue? { bytes(part).flatMap(DoubleJSON.decode) }

    private static func bytes(_ part: Substring) -> [UInt8]? {
        guard part.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }) else { return nil }
        let plain = part.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)).map { Array($0) }
    }
}
