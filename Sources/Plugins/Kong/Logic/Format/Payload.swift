import Documents
import PluginKit
import PluginSupport

/// The text that a gateway is given, and what it will call it.
package struct Payload: Hashable, Sendable {
    package var text: String
    /// MD5 of the text, in hexadecimal.
    package var hash: String
    /// `configuration_hash` of the gateway that runs it: the same, but for a configuration without entities, which a gateway
    /// calls by nothing but zeros.
    package var gatewayHash: String
    /// `yaml` or `json`.
    package var ending: String

    package init(text: String, ending: String) {
        self.text = text
        self.ending = ending
        hash = MD5.hex(Array(text.utf8))
        let file = try? DeclarativeFile(name: "x.\(ending)", bytes: Array(text.utf8))
        let isEmpty = file?.root.map { EntityList($0).all.isEmpty } ?? false
        gatewayHash = isEmpty ? GatewayStatus.empty : hash
    }

    /// A gateway that runs nothing.
    package static let empty = Payload(text: "_format_version: \"3.0\"\n", ending: "yaml")

    /// The file as it stands; where it holds members that only decK reads, the rest of it as JSON. nil for a file that holds
    /// nothing.
    package init?(_ file: DeclarativeFile) {
        guard let root = file.root else { return nil }
        let foreign = Set(EntityTable.deckSettings.map(\.name))
        guard let entries = root.entries, entries.contains(where: { foreign.contains($0.key) }) else {
            self.init(text: file.text, ending: file.name.hasSuffix(".json") ? "json" : "yaml")
            return
        }
        let kept = entries.filter { !foreign.contains($0.key) }
        self.init(text: Refusal.json(DocumentNode(.mapping(kept), at: root.position)).text, ending: "json")
    }

    package var short: String { String(hash.prefix(8)) }
}
