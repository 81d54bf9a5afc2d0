/// The declarative format, entity by entity. The facts are those of the gateway's Admin API and of its declarative
/// format in versions 1.1, 2.1 and 3.0; a test holds them against the official descriptions.
package enum EntityTable {
    package static let formatVersions = ["1.1", "2.1", "3.0"]

    /// In the order in which one builds on another.
    package static let all: [EntityRule] =
        [certificates, caCertificates, snis, vaults, keySets, keys, upstreams, targets, services, routes, consumers]
        + credentials + [consumerGroups, plugins, filterChains] + foreign

    package static let byName: [String: EntityRule] = Dictionary(
        all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// Members of the file itself that are no entities.
    package static let settings: [FieldRule] = [
        FieldRule("_format_version", .text(.any), isRequired: true),
        .flag("_transform", true),
        FieldRule("_comment", .text(.free)),
        FieldRule("_ignore", .list(.anything)),
    ]

    /// Members that only decK reads: the gateway refuses a file that holds them, so they are left out of what is sent.
    package static let deckSettings: [FieldRule] = [
        FieldRule("_info", .anything), FieldRule("_workspace", .text(.any)), FieldRule("_konnect", .anything),
        FieldRule("_plugin_configs", .map(.any, .anything)),
    ]

    /// What every entity has.
    static let common: [FieldRule] = [
        FieldRule("id", .text(.uuid), isVolatile: true),
        FieldRule("created_at", .number(0...4e12), isVolatile: true),
        FieldRule("updated_at", .number(0...4e12), isVolatile: true),
        .list("tags", .tag),
        FieldRule("_comment", .text(.free), isVolatile: true),
        FieldRule("_ignore", .list(.anything), isVolatile: true),
    ]

    static let protocols = ["grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss"]
    /// Milliseconds.
    static let timeout = 1...2_147_483_646
}
