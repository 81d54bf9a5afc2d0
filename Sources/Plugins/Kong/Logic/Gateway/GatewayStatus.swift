import PluginKit

/// What `/status` says of a gateway without a database.
package struct GatewayStatus: Hashable, Sendable {
    /// MD5 of the configuration's text; nil from a gateway that has a database.
    package var hash: String?
    package var isDatabaseReachable: Bool
    /// Process ids, as far as it tells them.
    package var workers: Set<Int>

    /// The gateway runs no configuration: it has just started, or has lost its memory.
    package static let empty = String(repeating: "0", count: 32)

    package init?(_ answer: GatewayAnswer) {
        guard answer.status == 200, let json = answer.json, json.object != nil else { return nil }
        hash = json["configuration_hash"]?.string
        isDatabaseReachable = json["database"]?["reachable"]?.bool ?? true
        workers = Set((json["memory"]?["workers_lua_vms"]?.array ?? []).compactMap { $0["pid"]?.integer })
    }
}
