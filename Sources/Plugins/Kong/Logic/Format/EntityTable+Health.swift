import PluginKit

// How an upstream's targets are looked after.
extension EntityTable {
    static let healthchecks: [FieldRule] = [
        .record(
            "active",
            [
                .choice("type", checkTypes, fallback: "http"), FieldRule("timeout", .number(seconds), fallback: 1),
                .number("concurrency", 1...2_147_483_648, fallback: 10), .text("http_path", .path, fallback: "/"),
                .text("https_sni", .serverName), .flag("https_verify_certificate", true),
                FieldRule("headers", .map(.header, .list(.text(.any)))),
                .record("healthy", [interval, .statuses([200, 302]), .count("successes", 255)]),
                .record(
                    "unhealthy",
                    [interval, .statuses([429, 404, 500, 501, 502, 503, 504, 505])] + failures),
            ]),
        .record(
            "passive",
            [
                .choice("type", checkTypes, fallback: "http"),
                .record(
                    "healthy",
                    [.statuses(Array(200...208) + [226] + Array(300...308)), .count("successes", 255)]),
                .record("unhealthy", [.statuses([429, 500, 503])] + failures),
            ]),
        FieldRule("threshold", .number(0...100), fallback: 0),
    ]

    private static let checkTypes = ["tcp", "http", "https", "grpc", "grpcs"]
    private static let seconds = 0.0...65_535.0
    private static let interval = FieldRule("interval", .number(seconds), fallback: 0)
    private static let failures: [FieldRule] = [
        .count("tcp_failures", 255), .count("timeouts", 255), .count("http_failures", 255),
    ]
}

extension FieldRule {
    fileprivate static func statuses(_ usual: [Int]) -> FieldRule {
        FieldRule(
            "http_statuses", .list(.integer(100...999)), fallback: .array(usual.map { .integer(Int64($0)) }))
    }
    fileprivate static func count(_ name: String, _ most: Int) -> FieldRule {
        .number(name, 0...most, fallback: 0)
    }
}
