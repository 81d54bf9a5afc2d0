import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whether a payload comes from who knows the secret. Comparisons take the same time wherever the first difference is.
enum WebhookSignature {
    static func isRight(_ kind: ForgeKind, _ request: WebhookRequest, secret: String) -> Bool {
        switch kind {
        case .github: return isSigned(request, by: ["x-hub-signature-256"], secret)
        case .gitea:
            return isSigned(
                request, by: ["x-forgejo-signature", "x-gitea-signature", "x-hub-signature-256", "x-gogs-signature"],
                secret)
        case .pagure: return isSigned(request, by: ["x-pagure-signature-256"], secret)
        case .gitlab:
            guard let token = request.header("x-gitlab-token") else { return false }
            return isEqual(token, secret)
        }
    }

    /// By the first of the headers that is there: HMAC-SHA256 of the body as hexadecimal digits, with `sha256=` before it or not.
    private static func isSigned(_ request: WebhookRequest, by names: [String], _ secret: String) -> Bool {
        for name in names {
            guard let header = request.header(name) else { continue }
            let digits = header.hasPrefix("sha256=") ? header.dropFirst("sha256=".count) : header[...]
            guard let code = bytes(digits) else { return false }
            return HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: request.body, using: SymmetricKey(data: Data(secret.utf8)))
        }
        return false
    }

    /// Texts of different lengths take the same time as well: codes of both are compared.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        let key = SymmetricKey(size: .bits256)
        let code = HMAC<SHA256>.authenticationCode(for: Data(right.utf8), using: key)
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(left.utf8), using: key)
    }

    private static func bytes(_ digits: Substring) -> [UInt8]? {
        let values = digits.utf8.map { byte -> UInt8? in
            switch byte {
            case 48...57: byte - 48
            case 97...102: byte - 87
            case 65...70: byte - 55
            default: nil
            }
        }
        guard values.count == 64 else { return nil }
        var made: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = values[index], let low = values[index + 1] else { return nil }
            made.append(high << 4 | low)
        }
        return made
    }
}
