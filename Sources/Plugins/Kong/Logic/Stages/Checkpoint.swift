import PluginKit

/// What is live after a deployment, as later stages get it back.
package struct Checkpoint: Hashable, Sendable {
    package var hash: String
    package var revision: String

    package init(hash: String, revision: String) {
        self.hash = hash
        self.revision = revision
    }

    package init?(_ state: [UInt8]?) {
        guard let state, let json = try? PluginJSON(parsing: state), let hash = json["hash"]?.string else { return nil }
        self.hash = hash
        revision = json["revision"]?.string ?? ""
    }

    package var bytes: [UInt8] {
        Array(PluginJSON.object(["hash": .string(hash), "revision": .string(revision)]).text.utf8)
    }
}
