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
        }
    }

    @Test func invalidFileIsNotSent() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write("_format_version: \"3.0\"\nservices:\n- nam: shop\n  host: h\n")
            let host = bench.host()
            #expect(try await bench.run(.deploy, host).status == .failed)
            #expect(bench.double.requests.isEmpty)
            #expect(host.errors.first?.location?.line == 3)
            #expect(host.told.checkpoints.isEmpty)
        }
    }

    /// Whoever is broken off after that may have changed the gateway, and is rolled back.
    @Test func checkpointIsHandedOverBeforeTheGatewayIsTouched() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write(Sample.shop)
            bench.double.fail("/config", .status(503), times: 100)
            let host = bench.host()
            let result = try await bench.run(.deploy, host, ["patience": "1s"])
            #expect(result.status == .retryable, "\(result)")
            #expect(host.told.checkpoints.count == 1)
            let before = host.told.calls.prefix(host.told.beforeCheckpoint?.calls ?? Int.max)
            #expect(before.allSatisfy { $0.method == "GET" }, "\(before)")
            #expect(host.told.calls.contains { $0.method == "POST" })
        }
    }

    /// Of a deployment that was killed, or of somebody else's: that one worker runs it proves nothing.
    @Test func configurationThatIsThereAlreadyIsLookedForInEveryWorker() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.other).status == .ok)
            bench.double.setStuck(true)
            let (host, options) = (bench.host(), try Options(reading: bench.options))
            let posted = try await bench.onThread {
                try AdminClient(host, options.admin).send(.load(Sample.shop)).status
            }
            #expect(posted == 201)
            try bench.write(Sample.shop)
            // The one answer that says so comes from the good worker some time.
            for _ in 0..<8 {
                let host = bench.host()
                let result = try await bench.run(.deploy, host, ["patience": "1s"], revision: "b")
                #expect(result.status == .failed, "\(result)")
                #expect(host.errors.map(\.code) == ["kong.workers"])
            }
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
            #expect(host.told.checkpoints.count == 1)

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

    /// A gateway calls a configuration without entities by zeros, as it does when it has forgotten everything.
    @Test func configurationWithoutEntitiesIsDeployedLikeAnyOther() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let before = try await bench.deploy(Sample.shop)
            #expect(before.status == .ok, "\(before)")
            let result = try await bench.deploy("_format_version: \"3.0\"\nservices: []\n", revision: "b")
            #expect(result.status == .ok, "\(result)")
            #expect(bench.double.entities("services").isEmpty && bench.double.hash == GatewayStatus.empty)
            #expect(try await bench.run(.health, bench.host()).status == .ok)
            let planned = bench.host()
            #expect(try await bench.run(.plan, planned).status == .noChange)
            let again = try await bench.deploy("_format_version: \"3.0\"\nservices: []\n", revision: "b")
            #expect(again.status == .noChange, "\(again)")
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
                let host = bench.host()
                let result = try await bench.run(stage, host)
                #expect(result.status == .unavailable, "\(stage): \(result)")
                // Nothing was touched, so nothing is to be taken back.
                #expect(host.told.checkpoints.isEmpty)
            }
            // Building needs no gateway.
            #expect(try await bench.run(.build, bench.host()).status == .ok)
        }
    }
}
