import PluginKit

// Certificates, keys and vaults; and what decK and the Enterprise edition have beside all that.
extension EntityTable {
    static let certificates = EntityRule(
        "certificates", "certificate", key: nil,
        fields: common + [
            .needed("cert", .certificate), .secret("key", .key, isRequired: true), .text("cert_alt", .certificate),
            .secret("key_alt", .key),
        ], children: ["snis": "certificate"])

    static let caCertificates = EntityRule(
        "ca_certificates", "CA certificate", key: nil,
        fields: common + [
            .needed("cert", .certificate), FieldRule("cert_digest", .text(.any), isVolatile: true),
        ])

    static let snis = EntityRule(
        "snis", "SNI",
        fields: common + [.needed("name", .serverNamePattern), .owner("certificate", "certificates")])

    static let keySets = EntityRule(
        "key_sets", "key set", fields: common + [.text("name")], children: ["keys": "set"],
        checks: [.atLeastOne(["name", "id"])])

    static let keys = EntityRule(
        "keys", "key",
        fields: common + [
            .text("name"), .needed("kid"), .secret("jwk", .json),
            .record("pem", [.secret("private_key", .key), .text("public_key", .key)]), .reference("set", "key_sets"),
        ], checks: [.atLeastOne(["jwk", "pem"]), .atMostOne(["jwk", "pem"]), .key])

    static let vaults = EntityRule(
        "vaults", "vault", key: "prefix",
        fields: common + [
            .needed("prefix", .vaultPrefix), .needed("name"), .text("description", .free),
            FieldRule("config", .map(.free, .anything)),
        ])

    /// Entities of the Enterprise edition and of decK: known, so that a file that holds them can be read.
    static let foreign = [
        EntityRule(
            "licenses", "license", key: nil, fields: common + [.secret("payload", isRequired: true)], isForeign: true),
        EntityRule(
            "partials", "partial",
            fields: common + [.text("name"), .needed("type"), FieldRule("config", .map(.free, .anything))],
            isForeign: true),
        EntityRule(
            "custom_plugins", "custom plugin",
            fields: common + [.needed("name"), .needed("schema"), .needed("handler")], isForeign: true),
        EntityRule(
            "cloned_plugins", "cloned plugin",
            fields: common + [.needed("name"), .needed("ref"), .number("priority", Int.min...Int.max)],
            isForeign: true),
        EntityRule(
            "custom_entities", "custom entity", key: nil,
            fields: common + [.needed("type"), FieldRule("fields", .map(.free, .anything))], isForeign: true),
        EntityRule(
            "rbac_roles", "role",
            fields: common + [
                .needed("name"), .text("comment", .free), .flag("is_default"),
                FieldRule("endpoint_permissions", .list(.anything)),
            ], isForeign: true),
        EntityRule(
            "service_packages", "service package",
            fields: common + [
                .needed("name"), .text("description", .free), FieldRule("document", .anything),
                FieldRule("versions", .list(.anything)),
            ], isForeign: true),
    ]
}
