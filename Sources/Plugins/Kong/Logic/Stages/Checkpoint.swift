import PluginKit

/// What is live after a deployment, as later stages get it back.
package struct Checkpoint: Hashable, Sendable {
    package var hash: String
    package var revision: String

    /// Raised when a member changes its meaning, not when one is added. The first version wrote none.
    private static let version: PluginJSON = 1

    package init(hash: String, revision: String) {
        self.hash = hash
        self.revision = revision
    }

    /// Reads a blob that this or an older version of the plugin left; nil for anything else.
    package init?(_ state: [UInt8]?) {
        guard let state, let json = try? PluginJSON(parsing: state), json["version"] ?? Self.version == Self.version,
            let hash = json["hash"]?.string, ReleaseStore.isHash(hash)
        else { return nil }
        self.hash = hash
        revision = json["revision"]?.string ?? ""
    }

    package var bytes: [UInt8] {
        let json: PluginJSON = ["version": Self.version, "hash": .string(hash), "revision": .string(revision)]
        return Array(json.text.utf8)
    }
}

extension StageCall {
    /// What the last successful deployment left; nil where there was none.
    ///
    /// - Throws: where it cannot be read. To take that for "none" would bring back what was there before the first.
    func checkpoint() throws -> Checkpoint? {
        guard let state else { return nil }
        if let checkpoint = Checkpoint(state) { return checkpoint }
        throw PluginFailure(
            "kong.state", "what the last deployment left of its state cannot be read; the gateway is left as it is",
            detail: "The state is damaged, or of a later version of this plugin: install that version again. Or take "
                + "the service out of the configuration, run 'codex-deployer forget \(service)' and put it back: the next "
                + "deployment then counts as its first.")
    }
}
