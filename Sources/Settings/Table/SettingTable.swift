/// All settings there are, in the order of the manual.
package enum SettingTable {
    package static let all: [Setting] = daemon + git + stages + health + logs + repair + coders + web + plugins

    package static subscript(_ id: Setting.ID) -> Setting {
        // Every id has a row; a test counts them.
        byID[id] ?? daemon[0]
    }
    package static func setting(variable: String) -> Setting? { byVariable[variable] }

    private static let byID = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    private static let byVariable = Dictionary(all.map { ($0.variable, $0) }, uniquingKeysWith: { first, _ in first })

    /// How a row is written: what most settings have in common is derived from the id and the section.
    static func row(
        _ id: Setting.ID, _ section: Setting.Section, _ shape: Shape, variable: String, key: String? = nil,
        fallback: SettingValue? = nil, fallbackText: String? = nil, example: String? = nil, isSensitive: Bool = false,
        separator: Character = ",", _ documentation: String
    ) -> Setting {
        Setting(
            id: id, section: section, variable: variable, key: key,
            flag: isSensitive ? nil : "--\(id.rawValue)", shape: shape,
            fallback: fallback, fallbackText: fallbackText, example: example, isSensitive: isSensitive,
            isMachineOnly: key == nil,
            separator: separator, documentation: documentation)
    }

    static let daemon: [Setting] = [
        row(
            .interval, .daemon, .duration(.seconds(1) ... .seconds(86_400)), variable: "DISPATCHER_INTERVAL",
            key: "interval", fallback: .duration(.seconds(60)), "Time from the end of one poll to the next."),
        row(
            .jitter, .daemon, .integer(0...50), variable: "DISPATCHER_JITTER", key: "jitter", fallback: .integer(10),
            "How far a poll may be early or late, in percent of the interval, so that many daemons do not ask at once."),
        row(
            .parallel, .daemon, .integer(1...64), variable: "DISPATCHER_PARALLEL", key: "parallel",
            fallback: .integer(2), "Stages of different services that may run side by side."),
        row(
            .shutdownGrace, .daemon, .duration(.seconds(1) ... .seconds(600)), variable: "DISPATCHER_SHUTDOWN_GRACE",
            key: "shutdown_grace", fallback: .duration(.seconds(30)),
            "Time that running stages have to end after SIGTERM before they are killed."),
    ]

    static let stages: [Setting] = [
        timeout(.buildTimeout, "build", .seconds(1800)),
        timeout(.testTimeout, "test", .seconds(1800)),
        timeout(.deployTimeout, "deploy", .seconds(600)),
        timeout(.restartTimeout, "restart", .seconds(120)),
        timeout(.healthTimeout, "health", .seconds(300)),
        timeout(.rollbackTimeout, "rollback", .seconds(300)),
        timeout(.planTimeout, "plan", .seconds(60)),
        row(
            .keepReleases, .stages, .integer(1...100), variable: "DISPATCHER_KEEP_RELEASES", key: "keep_releases",
            fallback: .integer(5),
            "Releases of each service that are kept for a rollback, the live one included; a service's own options may say otherwise."
        ),
        row(
            .buildDocker, .stages, .boolean, variable: "DISPATCHER_BUILD_DOCKER", key: "build_docker",
            fallback: .boolean(false),
            "Whether container images are built, also of what only serves a folder's own service; given to plugins that ask for it."
        ),
        row(
            .runEndToEnd, .stages, .boolean, variable: "DISPATCHER_RUN_E2E", key: "run_e2e",
            fallback: .boolean(false),
            "Whether end-to-end tests run beside unit tests, also of what only serves a folder's own service; given to plugins that ask for it."
        ),
    ]

    private static func timeout(_ id: Setting.ID, _ stage: String, _ fallback: Duration) -> Setting {
        row(
            id, .stages, .duration(.seconds(1) ... .seconds(86_400)),
            variable: "DISPATCHER_\(stage.uppercased())_TIMEOUT", key: "timeouts.\(stage)",
            fallback: .duration(fallback),
            "Time the \(stage) stage of a service may take that sets no timeout of its own.")
    }

    static let health: [Setting] = [
        row(
            .probeInterval, .health, .duration(.milliseconds(100) ... .seconds(3600)),
            variable: "DISPATCHER_PROBE_INTERVAL", key: "health.interval", fallback: .duration(.seconds(1)),
            "Time from the end of one health probe to the next, for services that do not say."),
        row(
            .probeTimeout, .health, .duration(.milliseconds(100) ... .seconds(600)),
            variable: "DISPATCHER_PROBE_TIMEOUT", key: "health.timeout", fallback: .duration(.seconds(5)),
            "Time one health probe may take, for services that do not say."),
        row(
            .probeAttempts, .health, .integer(1...1000), variable: "DISPATCHER_PROBE_ATTEMPTS",
            key: "health.attempts", fallback: .integer(30),
            "Health probes before a release counts as failed, for services that do not say."),
    ]
}
