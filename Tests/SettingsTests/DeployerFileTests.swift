import Model
import Testing

@testable import Settings

@Suite struct DeployerFileTests {
    static let full = """
        interval: 30s
        use_prs: false
        git: {branch: release/1, deadline: 90}
        x-defaults: &quick
          interval: 500ms
          attempts: 3
        timeouts:
          build: 45m
        services:
          gateway/kong:
            kind: kong
            path: ./deploy//kong/
          api:
            kind: swift
            inputs: ["shared/**/*.swift", Makefile]
            depends_on: [gateway/kong]
            group: edge.1
            stages: [build, custom-stage, deploy]
            health: {http: "http://127.0.0.1:8080/up", status: 204, <<: *quick}
            timeouts: {build: 1h30m, custom-stage: 5}
            environment: {PORT: 8080, VERSION: 1.10, DEBUG: yes, EMPTY: ""}
            options: {jobs: 4, list: [1, 2.5, true, null, "x"], nested: {deep: ~}}
          worker:
            kind: swift
            remote: {url: "https://example.org/worker.git"}
            health: {tcp: 9090, timeout: 2s}
          tool:
            kind: command
            path: .
            health: {command: [./check, --fast]}
          six:
            kind: swift
            health: {tcp: "[::1]:80"}
        """

    static func parse(_ text: String) throws(ConfigurationProblems) -> DeployerConfiguration {
        try DeployerFile.parse(Array(text.utf8))
    }

    static func service(_ name: String, in text: String) throws -> Service {
        let services = try parse(text).services(.defaults)
        return try #require(services.first { $0.name.text == name })
    }

    @Test func pluginsAreReadWithTheirRevisionsAndFolders() throws {
        let text = """
            plugins:
              - url: https://example.org/a.git
                revision: v1.2.0
              - {url: ../b, path: ./kinds//mailer/}
              - {url: ../b, path: kinds/static, revision: "0123456789012345678901234567890123456789"}
            """
        let configuration = try Self.parse(text)
        #expect(
            configuration.plugins == [
                NamedPlugin(url: "https://example.org/a.git", revision: "v1.2.0", path: ""),
                NamedPlugin(url: "../b", revision: nil, path: "kinds/mailer"),
                NamedPlugin(url: "../b", revision: String(repeating: "0123456789", count: 4), path: "kinds/static"),
            ])
        #expect(!configuration.namesServices)
        #expect(try Self.parse("plugins: []").plugins.isEmpty)
        #expect(try configuration != Self.parse("interval: 30s"))
    }

    @Test func everyKeyOfAServiceIsRead() throws {
        var expected = Service(name: try #require(ServiceName("api")), path: "repos/api", kind: "swift")
        expected.inputs = ["shared/**/*.swift", "Makefile"]
        expected.dependsOn = [try #require(ServiceName("gateway/kong"))]
        expected.group = "edge.1"
        expected.stages = [.build, Stage(rawValue: "custom-stage"), .deploy]
        var health = HealthCheck(probe: .http(url: "http://127.0.0.1:8080/up", status: 204))
        health.interval = .init(.milliseconds(500))
        health.attempts = 3
        expected.health = health
        expected.timeouts = ["build": .init(.seconds(5400)), "custom-stage": .init(.seconds(5))]
        expected.environment = ["PORT": "8080", "VERSION": "1.10", "DEBUG": "yes", "EMPTY": ""]
        expected.options = .object([
            "jobs": .integer(4), "list": .array([.integer(1), .number(2.5), .bool(true), .null, .string("x")]),
            "nested": .object(["deep": .null]),
        ])
        #expect(try Self.service("api", in: Self.full) == expected)
    }

    @Test func pathsAreNormalised() throws {
        #expect(try Self.service("gateway/kong", in: Self.full).path == "deploy/kong")
        #expect(try Self.service("tool", in: Self.full).path == "")
        #expect(try Self.service("six", in: Self.full).path == "repos/six")
        // A repository of its own has the service at its root.
        #expect(try Self.service("worker", in: Self.full).path == "")
    }

    @Test func probesOfEveryKindAreRead() throws {
        #expect(try Self.service("worker", in: Self.full).health?.probe == .tcp(host: "127.0.0.1", port: 9090))
        #expect(try Self.service("six", in: Self.full).health?.probe == .tcp(host: "::1", port: 80))
        #expect(try Self.service("tool", in: Self.full).health?.probe == .command(["./check", "--fast"]))
        #expect(
            try Self.service("worker", in: Self.full).remote == ServiceRemote(url: "https://example.org/worker.git"))
    }

    @Test func settingsOfTheFileAreRead() throws {
        let settings = try SettingsResolver(configuration: Self.parse(Self.full)).resolve()
        #expect(settings.interval == .seconds(30))
        #expect(!settings.usesPullRequests)
        #expect(settings.branch == "release/1")
        #expect(settings.gitDeadline == .seconds(90))
        #expect(settings.timeout(of: .build) == .seconds(2700))
        #expect(settings.timeout(of: .test) == .seconds(1800))
        #expect(settings[.gitDeadline].origin == .deployerFile(source: "deployer.yaml", line: 3))
    }

    @Test func healthDefaultsFillWhatAServiceLeavesOpen() throws {
        let configuration = try Self.parse(Self.full + "\nhealth: {interval: 7s, timeout: 8s, attempts: 9}")
        let settings = try SettingsResolver(configuration: configuration).resolve()
        let services = configuration.services(settings)
        let worker = try #require(services.first { $0.name.text == "worker" }?.health)
        #expect(worker.interval.duration == .seconds(7))
        #expect(worker.timeout.duration == .seconds(2))
        #expect(worker.attempts == 9)
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "---\n", "~", "{}", "interval: 5s", "\u{FEFF}interval: 5s"])
    func aFileWithoutServicesLeavesThemToBeDetected(text: String) throws {
        #expect(try !Self.parse(text).namesServices)
    }

    @Test func anEmptyListOfServicesMeansNone() throws {
        #expect(try Self.parse("services: {}").namesServices)
        #expect(try Self.parse("services: {}").services(.defaults).isEmpty)
    }

    @Test func theDigestFollowsWhatTheEntryMeans() throws {
        func digest(_ entry: String, _ rest: String = "") throws -> String {
            let name = try #require(ServiceName("a"))
            let text = "services:\n  a: {kind: swift\(entry)}\n  b: {kind: swift}\n\(rest)"
            return try Self.parse(text).digest(of: name)
        }
        let base = try digest("")
        #expect(base.count == 16)
        for same in [", path: repos/a", ", inputs: [x]", ", depends_on: [b]", ", environment: {}", ", group: g"] {
            #expect(try digest(same) == base, "\(same)")
        }
        #expect(try digest("", "health: {attempts: 9}\ninterval: 5s") == base)
        #expect(try digest(", environment: {P: 80}") == digest(", environment: {P: '80'}"))
        #expect(try digest(", timeouts: {build: 90s}") == digest(", timeouts: {build: 1m30s}"))
        let different = try [
            "", ", path: other", ", stages: [build]", ", environment: {A: b}", ", environment: {A: b, C: d}",
            ", options: {a: 1}", ", options: {a: 1.5}", ", options: {a: '1'}", ", options: {a: [1]}",
            ", options: {a: null}", ", timeouts: {build: 5s}", ", timeouts: {test: 5s}", ", health: {tcp: 80}",
            ", health: {tcp: 81}", ", health: {tcp: 80, attempts: 30}", ", health: {tcp: 80, interval: 1s}",
            ", health: {command: [a, b]}", ", health: {command: [ab]}", ", health: {http: 'http://h'}",
            ", health: {http: 'http://h', status: 200}", ", remote: {url: /x}", ", remote: {url: /x, branch: b}",
        ].map { try digest($0) }
        #expect(Set(different).count == different.count)
        // Named in the history of every workspace: it may not change between versions.
        #expect(base == "649e9aa23755c9d6")
    }

    @Test func placesDoNotMakeAConfigurationDifferent() throws {
        #expect(try Self.parse("interval: 5s") == Self.parse("# moved\n\ninterval: 5s"))
        #expect(try Self.parse("interval: 5s") != Self.parse("interval: 6s"))
    }
}
