package import Model

/// A token, a key or a webhook's secret: read each time it is needed, so that one that was renewed counts, and shown nowhere.
package struct ForgeSecret: Sendable, CustomStringConvertible, CustomReflectable {
    private let read: @Sendable () throws(Failure) -> String

    package init(_ read: @escaping @Sendable () throws(Failure) -> String) { self.read = read }
    package init(_ value: String) { read = { () throws(Failure) in value } }

    /// - Throws: what the reader throws, and `forge.auth` where the secret is empty or no header could carry it.
    package func reveal() throws(Failure) -> String {
        let value = try read()
        let trimmed = String(value.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !trimmed.isEmpty else {
            throw Failure(.forgeAuth, "a secret of the forge is empty", remedy: "Put the token or key in its place.")
        }
        return trimmed
    }

    package var description: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
