import PluginKit

// Services, routes, upstreams and what they are made of.
extension EntityTable {
    static let services = EntityRule(
        "services", "service",
        fields: common + [
            .text("name", .wideName), .text("url", .url),
            .choice("protocol", protocols.filter { $0 != "tls_passthrough" } + ["tls_passthrough"], fallback: "http"),
            .text("host", .host), .number("port", 0...65_535, fallback: 80), .text("path", .path),
            .number("retries", 0...32_767, fallback: 5), .number("connect_timeout", timeout, fallback: 60_000),
            .number("write_timeout", timeout, fallback: 60_000), .number("read_timeout", timeout, fallback: 60_000),
            .flag("enabled", true), .reference("client_certificate", "certificates"), .flag("tls_verify"),
            .number("tls_verify_depth", 0...64), .list("ca_certificates", .uuid),
            .record("tls_sans", [.list("dnsnames"), .list("uris")]),
        ],
        children: ["routes": "service", "plugins": "service", "filter_chains": "service"],
        checks: [
            .atLeastOne(["host", "url"]),
            .excludes("path", when: "protocol", isOneOf: ["tcp", "tls", "tls_passthrough", "udp", "grpc", "grpcs"]),
            .needs("client_certificate", when: "protocol", isOneOf: ["https", "tls", "grpcs", "wss"]),
            .needs("tls_verify", when: "protocol", isOneOf: ["https", "tls", "grpcs", "wss"]),
            .needs("tls_verify_depth", when: "protocol", isOneOf: ["https", "tls", "grpcs", "wss"]),
            .needs("ca_certificates", when: "protocol", isOneOf: ["https", "tls", "grpcs", "wss"]),
        ])

    static let routes = EntityRule(
        "routes", "route",
        fields: common + [
            .text("name", .wideName),
            FieldRule("protocols", .list(.choice(protocols), least: 1), fallback: ["http", "https"]),
            .list("methods", .method), .list("hosts", .hostPattern), .list("paths", .routePath),
            FieldRule("headers", .map(.header, .list(.text(.any), least: 1))),
            .list("snis", .serverNamePattern), FieldRule("sources", .list(.record(endpoint), least: 1)),
            FieldRule("destinations", .list(.record(endpoint), least: 1)),
            .text("expression"), .number("priority", 0...Int.max),
            FieldRule("https_redirect_status_code", .numberChoice([426, 301, 302, 307, 308]), fallback: 426),
            .number("regex_priority", Int.min...Int.max, fallback: 0), .flag("strip_path", true),
            .choice("path_handling", ["v0", "v1"], fallback: "v0"), .flag("preserve_host", false),
            .flag("request_buffering", true), .flag("response_buffering", true), .reference("service", "services"),
        ],
        children: ["plugins": "route", "filter_chains": "route"], checks: [.route])

    private static let endpoint: [FieldRule] = [.text("ip", .network), .number("port", 0...65_535)]

    static let upstreams = EntityRule(
        "upstreams", "upstream",
        fields: common + [
            .needed("name", .serverName),
            .choice(
                "algorithm", ["consistent-hashing", "least-connections", "round-robin", "latency", "sticky-sessions"],
                fallback: "round-robin"),
            .choice("hash_on", hashes, fallback: "none"), .choice("hash_fallback", hashes, fallback: "none"),
            .text("hash_on_header", .header), .text("hash_fallback_header", .header),
            .text("hash_on_cookie", .cookie), .text("hash_on_cookie_path", .path, fallback: "/"),
            .text("hash_on_query_arg"), .text("hash_fallback_query_arg"), .text("hash_on_uri_capture"),
            .text("hash_fallback_uri_capture"), .number("slots", 10...65_536, fallback: 10_000),
            .text("host_header", .host), .reference("client_certificate", "certificates"),
            .flag("use_srv_name", false), .text("sticky_sessions_cookie", .cookie),
            .text("sticky_sessions_cookie_path", .path), .record("healthchecks", healthchecks),
        ],
        children: ["targets": "upstream"],
        checks: [
            .demands("hash_on_header", when: "hash_on", isOneOf: ["header"]),
            .demands("hash_fallback_header", when: "hash_fallback", isOneOf: ["header"]),
            .demands("hash_on_cookie", when: "hash_on", isOneOf: ["cookie"]),
            .demands("hash_on_cookie", when: "hash_fallback", isOneOf: ["cookie"]),
            .demands("hash_on_query_arg", when: "hash_on", isOneOf: ["query_arg"]),
            .demands("hash_fallback_query_arg", when: "hash_fallback", isOneOf: ["query_arg"]),
            .demands("hash_on_uri_capture", when: "hash_on", isOneOf: ["uri_capture"]),
            .demands("hash_fallback_uri_capture", when: "hash_fallback", isOneOf: ["uri_capture"]),
            .distinct("hash_on_header", "hash_fallback_header"),
            .distinct("hash_on_query_arg", "hash_fallback_query_arg"),
            .distinct("hash_on_uri_capture", "hash_fallback_uri_capture"), .upstream,
        ])

    static let hashes = ["none", "consumer", "ip", "header", "cookie", "path", "query_arg", "uri_capture"]

    static let targets = EntityRule(
        "targets", "target", key: "target", isKeyUnique: false,
        fields: common + [
            .needed("target", .target), .number("weight", 0...65_535, fallback: 100), .flag("failover"),
            .owner("upstream", "upstreams"),
        ])
}
