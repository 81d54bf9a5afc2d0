import CGit2
import Model

/// A `git_signature` that is freed with its owner.
struct OwnedSignature: ~Copyable {
    let pointer: UnsafeMutablePointer<git_signature>

    init(_ signature: Signature) throws(Failure) {
        var made: UnsafeMutablePointer<git_signature>?
        let name = Self.clean(signature.identity.name, else: "unknown")
        let email = Self.clean(signature.identity.email, else: "unknown@localhost")
        let seconds = signature.time.microseconds / 1_000_000
        try git(.writeCommit, name) {
            git_signature_new(&made, name, email, seconds, Int32(clamping: signature.offset))
        }
        guard let made else { throw Failure(.gitFailed, "cannot make the signature of '\(name)'") }
        pointer = made
    }

    deinit { git_signature_free(pointer) }

    /// Angle brackets and control characters would end the field they stand in.
    private static func clean(_ text: String, else fallback: String) -> String {
        var cleaned = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar.value >= 32 && scalar != "<" && scalar != ">" {
            cleaned.append(scalar)
        }
        return cleaned.contains { $0 != " " } ? String(cleaned) : fallback
    }
}
