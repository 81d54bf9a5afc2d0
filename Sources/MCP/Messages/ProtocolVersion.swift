/// The versions of the Model Context Protocol that are spoken, the newest first.
package enum ProtocolVersion: String, Sendable, CaseIterable {
    case v20260728 = "2026-07-28"
    case v20251125 = "2025-11-25"
    case v20250618 = "2025-06-18"
    case v20250326 = "2025-03-26"

    /// Says of every request which version it is in, and has no handshake (basic/versioning of 2026-07-28).
    package var isModern: Bool { self == .v20260728 }
    /// Several messages in one text; removed in 2025-06-18.
    var hasBatches: Bool { self == .v20250326 }
    /// `outputSchema`, `structuredContent` and titles; came with 2025-06-18.
    var hasStructuredResults: Bool { self != .v20250326 }

    /// The newest that begins with a handshake.
    package static let newestLegacy = ProtocolVersion.v20251125
}

/// Names of the metadata of each request and answer in 2026-07-28.
enum MetaKey {
    static let version = "io.modelcontextprotocol/protocolVersion"
    static let capabilities = "io.modelcontextprotocol/clientCapabilities"
    static let serverInfo = "io.modelcontextprotocol/serverInfo"
}
