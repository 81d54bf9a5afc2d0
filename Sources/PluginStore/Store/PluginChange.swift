/// What became of one plugin.
package struct PluginChange: Hashable, Sendable, Codable {
    package enum Action: String, Hashable, Sendable, Codable {
        case installed, updated, unchanged, removed, refused, failed
        /// Only the pin was changed.
        case pinned
    }
    package var id: String?
    package var url: String
    package var path: String
    package var action: Action
    package var version: String?
    package var commit: String?
    package var digest: String?
    /// Differences, reasons, things to know.
    package var details: [String]

    package init(
        _ action: Action, _ place: PluginPlace, id: String? = nil, version: String? = nil, commit: String? = nil,
        digest: String? = nil, details: [String] = []
    ) {
        self.action = action
        (url, path) = (place.url, place.path)
        (self.id, self.version, self.commit, self.digest) = (id, version, commit, digest)
        self.details = details
    }

    package var isBad: Bool { action == .refused || action == .failed }
    package var place: PluginPlace { PluginPlace(url: url, path: path) }
}
