import Foundation
import KongDouble
import KongLogic
import PluginKit
import PluginSupport
import Testing

/// Deployments over the Admin API, against a gateway that is well and one that is not.
@Suite struct DeployTests {
    @Test func configurationIsRunInEveryWorkerAndNoChangeIsNoCall() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let result = try await bench.deploy(Sample.shop)
            #expect(result.status == .ok, "\(result)")
            #expect(bench.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            #expect(bench.double.entities("routes").count == 2)
            #expect(bench.double.entities("keyauth_credentials").first?["key"] == "open-sesame")
            #expect(bench.double.requests.contains("POST /config?check_hash=1&flatten_errors=1"))
            // Twelve times the workers, each asked over a connection of its own.
            #expect(bench.double.requests.count { $0 == "GET /status" } == 25)

            bench.double.forgetRequests()
            let again = try await bench.deploy(Sample.shop, revision: "b")
            #expect(again.status == .noChange, "\(again)")
            #expect(bench.double.requests == ["GET /status"])
            #expect(bench.double.violations.isEmpty, "\(bench.double.violations)")
        }
    }

    @Test func refusedConfigurationIsAnErrorOnItsLines() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let text = """
                _format_version: "3.0"
                services:
                - name: shop
                  host: shop.internal
                  routes:
                  - name: orders
                    paths: [/orders]
                    plugins:
                    - name: no-such-plugin
                  plugins:
                  - name: http-log
                    config:
                      timeout: 10
                      wrong: 1

                """
            try bench.write(text)
            let host = bench.host()
            let result = try await bench.run(.deploy, host)
            #expect(result.status == .failed)
            let found = host.errors.map { "\($0.location?.file ?? "") \($0.location?.line ?? 0) \($0.summary)" }
            #expect(found.count == 3, "\(found)")
            #expect(found.contains { $0.hasPrefix("kong.yaml 9 ") && $0.contains("not enabled") }, "\(found)")
            #expect(
                found.contains {
                    $0.hasPrefix("kong.yaml 14 ") && $0.contains("'config.wrong'") && $0.contains("unknown field")
                }, "\(found)")
            // What is missing has no line of its own: that of the member it belongs into.
            #expect(
                found.contains { $0.hasPrefix("kong.yaml 12 ") && $0.contains("'config.http_endpoint'") }, "\(found)")
            #expect(bench.double.hash == GatewayStatus.empty)
            #expect(host.told.checkpoints.isEmpty)
        }
    }

    @Test func invalidFileIsNotSent() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write("_format_version: \"3.0\"\nservices:\n- nam: shop\n  host: h\n")
            let host = bench.host()
            #expect(try await bench.run(.deploy, host).status == .failed)
            #expect(bench.double.requests.isEmpty)
            #expect(host.errors.first?.location?.line == 3)
        }
    }

    @Test func fileOfCommentsIsAWarningAndLeavesTheGatewayAlone() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write("# nothing yet\n\n# really\n")
            for stage in [PluginStage.build, .deploy, .plan] {
                let host = bench.host()
                let result = try await bench.run(stage, host)
                #expect(result.status == .noChange, "\(stage): \(result)")
                if stage != .deploy {
                    #expect(host.told.diagnostics.map(\.code) == ["kong.empty"])
                    #expect(host.told.diagnostics.first?.severity == .warning)
                }
            }
            #expect(bench.double.requests.isEmpty)
        }
    }

    @Test func busyGatewayIsAskedAgain() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            bench.double.fail("/config", .status(429, retryAfter: 1))
            bench.double.fail("/config", .status(503))
            // The first request for what runs now is of no use to a first deployment of an empty gateway.
            let result = try await bench.deploy(Sample.shop)
            #expect(result.status == .ok, "\(result)")
            #expect(bench.double.requests.count { $0.hasPrefix("POST /config") } == 3)
        }
    }

    @Test func gatewayThatStaysBusyIsToBeTriedLater() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            bench.double.fail("/config", .status(503), times: 100)
            let result = try await bench.deploy(Sample.shop, ["patience": "2s"])
            #expect(result.status == .retryable, "\(result)")
            #expect(result.summary.contains("503"))
            #expect(bench.double.hash == GatewayStatus.empty)
        }
    }

    @Test(arguments: [KongDouble.Fault.resetHalfway, .resetBefore, .slow(milliseconds: 1500)])
    func answerThatIsLostIsNotADeploymentThatIsLost(_ fault: KongDouble.Fault) async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            bench.double.fail("/config", fault)
            let result = try await bench.deploy(Sample.shop)
            #expect(result.status == .ok, "\(result)")
            #expect(bench.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            // What the gateway had already done is not done again.
            let posts = bench.double.requests.count { $0.hasPrefix("POST /config") }
            #expect(posts == 1, "\(bench.double.requests)")
        }
    }

    @Test func workerThatKeepsTheOldConfigurationFailsTheDeployment() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.other).status == .ok)
            bench.double.setStuck(true)
            try bench.write(Sample.shop)
            let host = bench.host()
            let result = try await bench.run(.deploy, host, ["patience": "2s"], revision: "b")
            #expect(result.status == .failed, "\(result)")
            #expect(host.errors.map(\.code) == ["kong.workers"])
            #expect(host.errors.first?.summary.contains("a worker still runs") == true)
            #expect(host.told.checkpoints.isEmpty)

            // It is taken back in the other workers, too.
            let back = try await bench.run(.rollback, bench.host(), revision: "b")
            #expect(back.status == .ok, "\(back)")
            #expect(bench.double.hash == MD5.hex(Array(Sample.other.utf8)))
        }
    }

    @Test func gatewayThatForgetsInTheMiddleIsToldAgain() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            bench.double.fail("/config", .restartAfter)
            let result = try await bench.deploy(Sample.shop)
            #expect(result.status == .ok, "\(result)")
            #expect(bench.double.requests.count { $0.hasPrefix("POST /config") } == 2)
            #expect(bench.double.entities("services").count == 1)
        }
    }

    @Test func membersOfDecKAreLeftOutOfWhatIsSent() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let result = try await bench.deploy("_info:\n  select_tags: [a]\n" + Sample.shop)
            #expect(result.status == .ok, "\(result)")
            #expect(bench.double.entities("routes").count == 2)
        }
    }

    @Test func jsonIsAsGoodAsYAML() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write(
                #"{"_format_version": "3.0", "services": [{"name": "a", "host": "h", "retries": 3}]}"#, to: "kong.json")
            #expect(try await bench.run(.build, bench.host()).status == .ok)
            #expect(try await bench.run(.deploy, bench.host()).status == .ok)
            #expect(bench.double.entities("services").first?["retries"] == 3)
        }
    }

    @Test func gatewayThatIsAwayIsUnavailable() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write(Sample.shop)
            bench.double.stop()
            for stage in [PluginStage.deploy, .plan, .health] {
                let result = try await bench.run(stage, bench.host())
                #expect(result.status == .unavailable, "\(stage): \(result)")
            }
            // Building needs no gateway.
            #expect(try await bench.run(.build, bench.host()).status == .ok)
        }
    }
}
