import Foundation
import KongDouble
import KongLogic
import Model
import Net
import PluginKit
import PluginSupport
import Testing

/// What holds of any gateway: of the double, and of the one that KONG_TEST_ADMIN_URL names. That one is overwritten, and gets
/// its configuration back at the end of each test.
@Suite(.serialized) struct GatewayTests {
    /// Where a real gateway is; nil: the double is asked.
    static let real = ProcessInfo.processInfo.environment["KONG_TEST_ADMIN_URL"]

    private static let shop = """
        _format_version: "3.0"
        services:
        - name: deployer-shop
          url: http://127.0.0.1:9/api
          routes:
          - name: deployer-orders
            paths: [/deployer-orders]
            plugins:
            - name: request-termination
              config: {status_code: 418, message: short and stout}
        consumers:
        - username: deployer-alice
          acls: [{group: deployer}]

        """

    private static func with(_ body: (inout Bench) async throws -> Void) async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            if let real {
                let variables = ProcessInfo.processInfo.environment
                bench.gateway = ["admin_url": .string(real), "patience": "30s"]
                bench.gateway?["proxy_url"] = variables["KONG_TEST_PROXY_URL"].map(PluginJSON.string)
                if let token = variables["KONG_TEST_ADMIN_TOKEN"] {
                    bench.gateway?["admin_token"] = "env:KONG_TEST_ADMIN_TOKEN"
                    bench.secrets["env:KONG_TEST_ADMIN_TOKEN"] = token
                }
            }
            let before = try await Self.configuration(bench)
            do {
                try await body(&bench)
            } catch {
                try await Self.put(before, bench)
                throw error
            }
            try await Self.put(before, bench)
        }
    }

    private static func configuration(_ bench: Bench) async throws -> String? {
        let (host, options) = (bench.host(), try Options(reading: bench.options))
        let answer = try await bench.onThread { try AdminClient(host, options.admin).send(.configuration) }
        return answer.json?["config"]?.string
    }

    private static func put(_ text: String?, _ bench: Bench) async throws {
        let (host, options) = (bench.host(), try Options(reading: bench.options))
        let payload = text.map { Payload(text: $0, ending: "yaml") } ?? .empty
        let outcome = try await bench.onThread { Loader(host, options).load(payload) }
        #expect(outcome == .loaded || outcome == .unchanged, "\(outcome)")
    }

    @Test func configurationIsLoadedOnceComparedAndTakenBack() async throws {
        try await Self.with { (bench: inout Bench) async throws in
            try bench.write(Self.shop)
            #expect(try await bench.run(.build, bench.host()).status == .ok)
            let deployed = try await bench.deploy(Self.shop)
            #expect(deployed.status == .ok, "\(deployed)")
            let again = try await bench.deploy(Self.shop)
            #expect(again.status == .noChange, "\(again)")
            let planned = bench.host()
            try bench.write("# said otherwise\n" + Self.shop)
            #expect(try await bench.run(.plan, planned).status == .ok)
            #expect(planned.told.plans == [[]], "\(planned.told.plans)")

            let changed = Self.shop.replacing("418", with: "403").replacing(
                "[/deployer-orders]", with: "[/deployer-orders, /deployer-o]")
            try bench.write(changed)
            let host = bench.host()
            #expect(try await bench.run(.plan, host).status == .ok)
            let lines = (host.told.plans.first ?? []).map { "\($0.action.rawValue) \($0.subject): \($0.reason)" }
            #expect(
                lines.contains("update route 'deployer-orders' of service 'deployer-shop': paths gets '/deployer-o'"),
                "\(lines)")
            #expect(
                lines.contains { $0.contains("config.status_code is 418 and becomes 403") } && lines.count == 2,
                "\(lines)")
            let good = bench.state
            #expect(try await bench.deploy(changed, revision: "b").status == .ok)
            bench.state = good
            #expect(try await bench.run(.rollback, bench.host(), revision: "b").status == .ok)
            #expect(try await bench.run(.health, bench.host()).status == .ok)
        }
    }

    @Test(
        "A route that is marked answers through the proxy",
        .enabled(
            if: real == nil || ProcessInfo.processInfo.environment["KONG_TEST_PROXY_URL"] != nil,
            "needs KONG_TEST_PROXY_URL beside KONG_TEST_ADMIN_URL"))
    func routeAnswers() async throws {
        try await Self.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Self.shop).status == .ok)
            let result = try await bench.run(
                .health, bench.host(),
                ["smoke": [["route": "deployer-orders", "status": 418, "contains": "short and stout"]]])
            #expect(result.status == .ok, "\(result)")
            let missing = try await bench.run(
                .health, bench.host(), ["smoke": [["path": "/deployer-nowhere"]], "patience": "1s"])
            #expect(missing.status == .failed, "\(missing)")
        }
    }

    @Test func refusalsAreReadBackOntoTheLines() async throws {
        try await Self.with { (bench: inout Bench) async throws in
            try bench.write(
                Self.shop.replacing("request-termination", with: "no-such-plugin")
                    .replacing("status_code: 418, message: short and stout", with: ""))
            let host = bench.host()
            let result = try await bench.run(.deploy, host)
            #expect(result.status == .failed)
            let finding = try #require(host.errors.first { $0.code == "kong.refused" }, "\(host.errors)")
            #expect(finding.location?.line == 9 && finding.summary.contains("no-such-plugin"), "\(finding)")
            // And the schemas say the same before anything is deployed.
            let building = bench.host()
            #expect(try await bench.run(.build, building).status == .failed)
            #expect(
                building.errors.first?.code == "kong.schema" && building.errors.first?.location?.line == 9,
                "\(building.errors)")
        }
    }

    /// Our table and the gateway's own schemas: what we call good it takes, what we refuse it refuses.
    @Test(arguments: Corpus.all.filter { Self.isAsked($0) }) func gatewayJudgesAsWeDo(_ file: CorpusFile) async throws {
        try await Self.with { (bench: inout Bench) async throws in
            let (host, options) = (bench.host(), try Options(reading: bench.options))
            let outcome = try await bench.onThread {
                Loader(host, options).load(
                    Payload(text: file.text.replacing("_info:\n  select_tags: [a]\n", with: ""), ending: "yaml"))
            }
            switch outcome {
            case .loaded, .unchanged: #expect(file.errors.isEmpty)
            case .refused(let answer): #expect(!file.errors.isEmpty, "\(answer.text)")
            case .ended(let result, _): Issue.record("\(result)")
            }
        }
    }

    /// Placeholders are for others, and filters have to be installed. Of two members or two plugins that are the same the
    /// gateway keeps one and says nothing.
    private static func isAsked(_ file: CorpusFile) -> Bool {
        if file.text.contains("${") || file.text.contains("filter_chains") { return false }
        return !["a member twice", "a plugin twice, told otherwise"].contains(file.name)
    }
}
