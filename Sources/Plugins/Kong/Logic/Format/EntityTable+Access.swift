import PluginKit

// Consumers, their credentials, and who belongs to whom.
extension EntityTable {
    static let consumers = EntityRule(
        "consumers", "consumer", key: "username",
        fields: common + [
            .text("username"), .text("custom_id"), FieldRule("groups", .list(.reference("consumer_groups"))),
        ],
        children: Dictionary(
            credentials.map { ($0.name, "consumer") } + [("plugins", "consumer")], uniquingKeysWith: { $1 }),
        checks: [.atLeastOne(["username", "custom_id"])])

    /// What a consumer proves itself with.
    static let credentials = [
        EntityRule(
            "acls", "ACL group", key: nil, fields: credential([.needed("group")])),
        EntityRule(
            "basicauth_credentials", "basic-auth credential", key: "username",
            fields: credential([.needed("username"), .secret("password", isRequired: true)])),
        EntityRule(
            "hmacauth_credentials", "hmac-auth credential", key: "username",
            fields: credential([.needed("username"), .secret("secret")])),
        EntityRule(
            "jwt_secrets", "JWT credential", key: "key",
            fields: credential([
                .text("key"), .secret("secret"), .text("rsa_public_key", .key),
                .choice("algorithm", algorithms, fallback: "HS256"),
            ]), checks: [.jwt]),
        EntityRule(
            "keyauth_credentials", "key-auth credential", key: "key",
            fields: credential([.secret("key"), .number("ttl", 0...100_000_000)])),
        EntityRule(
            "mtls_auth_credentials", "mtls-auth credential", key: nil,
            fields: credential([.needed("subject_name"), .reference("ca_certificate", "ca_certificates")]),
            isForeign: true),
        EntityRule(
            "oauth2_credentials", "OAuth 2.0 application", key: "client_id",
            fields: credential([
                .needed("name"), .text("client_id"), .secret("client_secret"), .flag("hash_secret", false),
                .list("redirect_uris", .url), .choice("client_type", ["confidential", "public"]),
            ])),
    ]

    private static let algorithms = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
        "EdDSA",
    ]

    private static func credential(_ fields: [FieldRule]) -> [FieldRule] {
        common + fields + [.owner("consumer", "consumers")]
    }

    static let consumerGroups = EntityRule(
        "consumer_groups", "consumer group",
        fields: common + [.needed("name", .wideName), FieldRule("consumers", .list(.reference("consumers")))],
        children: ["plugins": "consumer_group"], isForeign: true)

    static let plugins = EntityRule(
        "plugins", "plugin", key: nil,
        fields: common + [
            .needed("name"), .text("instance_name", .wideName), FieldRule("config", .map(.free, .anything)),
            .flag("enabled", true),
            FieldRule(
                "protocols", .list(.choice(protocols)), fallback: ["grpc", "grpcs", "http", "https"], isVolatile: false),
            .reference("service", "services"), .reference("route", "routes"), .reference("consumer", "consumers"),
            .reference("consumer_group", "consumer_groups"), .choice("run_on", ["first", "second", "all"]),
            .record("ordering", [turns("before"), turns("after")]), .text("_config"), .text("condition"),
            FieldRule("partials", .list(.anything)),
        ])

    private static func turns(_ name: String) -> FieldRule { FieldRule(name, .map(.any, .list(.text(.any)))) }

    static let filterChains = EntityRule(
        "filter_chains", "filter chain",
        fields: common + [
            .text("name", .wideName), .flag("enabled", true), .reference("service", "services"),
            .reference("route", "routes"),
            FieldRule(
                "filters",
                .list(.record([.needed("name"), .flag("enabled", true), FieldRule("config", .anything)]), least: 1),
                isRequired: true),
        ], checks: [.atMostOne(["service", "route"]), .atLeastOne(["service", "route"])])
}
