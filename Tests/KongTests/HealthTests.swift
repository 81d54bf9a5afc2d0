import Foundation
import KongDouble
import KongLogic
import PluginKit
import Testing

/// The gateway is well when it runs what it was given and the routes that matter answer.
@Suite struct HealthTests {
    private static let open = Sample.shop.replacing("  plugins:\n  - name: key-auth\n", with: "")

    @Test func routesAnswerThroughTheProxy() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Self.open)
            #expect(deployed.status == .ok)
            let result = try await bench.run(
                .health, bench.host(),
                [
                    "smoke": [
                        "orders", "items", ["path": "/orders/7", "method": "POST", "contains": "\"route\":\"orders\""],
                    ]
                ])
            #expect(result.status == .ok, "\(result)")
            #expect(result.summary.contains("3 routes answer"))
        }
    }

    @Test func routeWhoseUpstreamIsAwayDoesNotAnswer() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Self.open)
            #expect(deployed.status == .ok)
            bench.double.setDead(["shop"])
            let host = bench.host()
            let result = try await bench.run(.health, host, ["smoke": ["orders"], "patience": "1s"])
            #expect(result.status == .failed)
            #expect(
                host.errors.map(\.code) == ["kong.smoke"] && host.errors[0].summary.contains("502"), "\(host.errors)")
        }
    }

    @Test func answerHasToBeTheOneThatIsAskedFor() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Sample.shop)
            #expect(deployed.status == .ok)
            // A route that asks for a key answers, even if not with what it guards.
            let plain = try await bench.run(.health, bench.host(), ["smoke": ["orders"]])
            #expect(plain.status == .ok, "\(plain)")
            let keyed = try await bench.run(
                .health, bench.host(),
                ["smoke": [["route": "orders", "headers": ["apikey": "open-sesame"], "status": 200]]])
            #expect(keyed.status == .ok, "\(keyed)")
            for (test, words) in [
                (["route": "orders", "status": 200], "401 in place of 200"),
                (["path": "/nowhere"], "no route matches"), (["route": "order"], "did you mean 'orders'?"),
                (["route": "orders", "contains": "gold"], "does not hold 'gold'"),
            ] as [(PluginJSON, String)] {
                let host = bench.host()
                let result = try await bench.run(.health, host, ["smoke": [test], "patience": "600ms"])
                #expect(result.status == .failed, "\(test)")
                #expect(host.errors.first?.summary.contains(words) == true, "\(host.errors)")
            }
        }
    }

    @Test func gatewayThatRunsSomethingElseIsNotWell() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Sample.shop)
            #expect(deployed.status == .ok)
            bench.double.restart()
            let host = bench.host()
            #expect(try await bench.run(.health, host).status == .failed)
            #expect(host.errors.first?.summary.contains("no configuration in place of") == true, "\(host.errors)")
        }
    }

    @Test func gatewayThatIsBusyForAMomentIsWell() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            bench.double.fail("/status", .status(503), times: 2)
            #expect(try await bench.run(.health, bench.host()).status == .ok)
            bench.double.fail("/status", .status(503), times: 100)
            let host = bench.host()
            #expect(try await bench.run(.health, host, ["patience": "1s"]).status == .failed)
            #expect(host.errors.map(\.code) == ["kong.status"])
        }
    }

    /// With the Admin API a script that restarts the gateway takes its configuration away.
    @Test func gatewayThatTheOperatorsScriptEmptiedIsNamed() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            bench.double.restart()
            let host = bench.host()
            let result = try await bench.run(.health, host) { $0.isRestartedElsewhere = true }
            #expect(result.status == .failed && result.summary.contains("deploy_by: file"), "\(result)")
            #expect(host.errors.map(\.code) == ["kong.configuration"])
        }
    }

    @Test func tokenIsSentInItsHeaderAndAskedFor() async throws {
        var options = KongDouble.Options()
        options.token = ("Kong-Admin-Token", "Bearer s3cr3t-token")
        try await Bench.with(options) { (bench: inout Bench) async throws in
            try bench.write(Sample.shop)
            let secrets = ["env:TOKEN": "s3cr3t-token", "env:GATEWAY": bench.double.adminURL]
            let more: [String: PluginJSON] = [
                "admin_url": "env:GATEWAY", "admin_token": "env:TOKEN", "admin_token_prefix": "Bearer ",
            ]
            #expect(try await bench.run(.build, bench.host(secrets), more).status == .ok)
            let deployed = try await bench.run(.deploy, bench.host(secrets), more)
            #expect(deployed.status == .ok, "\(deployed)")
            #expect(try await bench.run(.health, bench.host(secrets), more).status == .ok)

            try bench.write(Sample.other)
            for wrong in [secrets.merging(["env:TOKEN": "guess"]) { $1 }] {
                let host = bench.host(wrong)
                let result = try await bench.run(.deploy, host, more)
                #expect(result.status == .failed && host.errors.map(\.code) == ["kong.denied"], "\(result)")
                #expect(host.told.checkpoints.isEmpty, "nothing was begun")
            }
            let nobody = try await bench.run(.deploy, bench.host(), more)
            #expect(nobody.status == .unavailable && nobody.summary.contains("env:GATEWAY"), "\(nobody)")
        }
    }
}
