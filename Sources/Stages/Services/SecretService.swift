package import Model

/// Finds secrets by reference: the implementation behind `secret/1`, and what puts them into headers and environments.
package protocol SecretService: Sendable {
    /// The plain text.
    ///
    /// - Throws: `secret.missing` when there is no such secret, `secret.unreadable` when there is one that cannot be read.
    func resolve(_ reference: String) async throws(Failure) -> String
}

extension Failure.Code {
    package static let secretMissing = Failure.Code("secret.missing")
    package static let secretUnreadable = Failure.Code("secret.unreadable")
}
