import Foundation
import KongDouble
import KongLogic
import PluginKit
import PluginSupport
import Testing

/// What was before comes back.
@Suite struct RollbackTests {
    @Test func lastGoodConfigurationComesBack() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            let good = bench.state
            #expect(try await bench.deploy(Sample.other, revision: "b").status == .ok)
            bench.state = good
            let back = try await bench.run(.rollback, bench.host(), revision: "b")
            #expect(back.status == .ok, "\(back)")
            #expect(bench.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            #expect(try await bench.run(.rollback, bench.host(), revision: "b").status == .noChange)
            #expect(try await bench.run(.health, bench.host()).status == .ok)
        }
    }

    @Test func withoutADeploymentTheGatewayGetsBackWhatItRanBefore() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            // Somebody else's configuration.
            #expect(try await bench.deploy(Sample.other).status == .ok)
            try FileManager.default.removeItem(atPath: "\(bench.root)/releases")
            bench.state = nil
            #expect(try await bench.run(.rollback, bench.host()).status == .noChange)
            #expect(try await bench.deploy(Sample.shop, revision: "b").status == .ok)
            bench.state = nil
            let back = try await bench.run(.rollback, bench.host(), revision: "b")
            #expect(back.status == .ok, "\(back)")
            #expect(bench.double.entities("services").first?["port"] == 9090)
            #expect(bench.double.entities("consumers").isEmpty)
        }
    }

    @Test func firstDeploymentOfAnEmptyGatewayIsTakenAway() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            bench.state = nil
            #expect(try await bench.run(.rollback, bench.host()).status == .ok)
            #expect(bench.double.entities("services").isEmpty)
        }
    }

    @Test func configurationThatIsGoneIsSaidToBe() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            bench.state = Checkpoint(hash: String(repeating: "1", count: 32), revision: "x").bytes
            let host = bench.host()
            #expect(try await bench.run(.rollback, host).status == .failed)
            #expect(host.errors.map(\.code) == ["kong.release"])
        }
    }

    /// Cut off, damaged, or of a later version: that there was none is not what it says.
    @Test(arguments: [
        "", "nonsense", #"{"hash": "#, #"{"revision": "a"}"#, #"{"hash": "../original", "revision": "a"}"#,
        #"{"version": 2, "hash": "0123456789abcdef0123456789abcdef", "revision": "a"}"#,
    ]) func stateThatCannotBeReadIsSaidToBeAndNothingIsTouched(_ state: String) async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            try bench.write(Sample.other)
            let releases = "\(bench.root)/releases"
            let before = try FileManager.default.contentsOfDirectory(atPath: releases).sorted()
            bench.state = Array(state.utf8)
            bench.double.forgetRequests()
            for stage in [PluginStage.rollback, .deploy] {
                let host = bench.host()
                let result = try await bench.run(stage, host, revision: "b")
                #expect(result.status == .failed, "\(stage): \(result)")
                #expect(host.errors.map(\.code) == ["kong.state"] && host.errors.first?.detail != nil)
                #expect(host.told.checkpoints.isEmpty)
            }
            #expect(bench.double.requests.isEmpty)
            #expect(bench.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            #expect(try FileManager.default.contentsOfDirectory(atPath: releases).sorted() == before)
        }
    }

    @Test func stateOfTheFirstVersionIsRead() {
        let hash = String(repeating: "1", count: 32)
        let state = Array(#"{"hash":"\#(hash)","revision":"r"}"#.utf8)
        #expect(Checkpoint(state) == Checkpoint(hash: hash, revision: "r"))
    }

    @Test func whatWasBeforeAFirstDeploymentIsForgottenOnceItIsBack() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            bench.state = nil
            #expect(try await bench.run(.rollback, bench.host()).status == .ok)
            #expect(!FileManager.default.fileExists(atPath: "\(bench.root)/releases/original.json"))
            // Asked once more, as after a kill: there is nothing left to do.
            #expect(try await bench.run(.rollback, bench.host()).status == .noChange)

            // Months later, after somebody has set the gateway up by hand.
            try await Self.load(Sample.other, bench)
            #expect(try await bench.deploy(Sample.shop, revision: "b").status == .ok)
            bench.state = nil
            #expect(try await bench.run(.rollback, bench.host(), revision: "b").status == .ok)
            #expect(bench.double.entities("services").first?["port"] == 9090)
        }
    }

    @Test func gatewayThatIsBusyIsNotTakenForAnEmptyOne() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try await Self.load(Sample.other, bench)
            try bench.write(Sample.shop)
            for path in ["/status", "/config"] {
                bench.double.fail(path, .status(503), times: 100)
                bench.double.forgetRequests()
                let host = bench.host()
                let result = try await bench.run(.deploy, host, ["patience": "1s"])
                #expect(result.status == .retryable, "\(result)")
                #expect(host.told.checkpoints.isEmpty)
                #expect(!bench.double.requests.contains { $0.hasPrefix("POST") })
                bench.double.forgetFaults()
                bench.double.fail(path, .status(503))
            }
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            bench.state = nil
            #expect(try await bench.run(.rollback, bench.host()).status == .ok)
            #expect(bench.double.entities("services").first?["port"] == 9090)
        }
    }

    /// A first deployment that was cut off before it was taken back, and a gateway that somebody set up by hand since.
    @Test func whatSomebodySetByHandComesBackAfterAFirstDeploymentThatWasNeverTakenBack() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write(Sample.shop)
            bench.double.fail("/config", .status(503), times: 100)
            _ = try await bench.run(.deploy, bench.host(), ["patience": "300ms"])
            bench.double.forgetFaults()
            try await Self.load(Sample.other, bench)
            #expect(try await bench.deploy(Sample.shop, revision: "b").status == .ok)
            bench.state = nil
            #expect(try await bench.run(.rollback, bench.host(), revision: "b").status == .ok)
            #expect(bench.double.entities("services").first?["port"] == 9090)
        }
    }

    /// `forget` takes the state and leaves the release folder.
    @Test func serviceThatWasForgottenComesBackToWhatItRanThen() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            bench.state = nil
            #expect(try await bench.deploy(Sample.other, revision: "b").status == .ok)
            bench.state = nil
            #expect(try await bench.run(.rollback, bench.host(), revision: "b").status == .ok)
            #expect(bench.double.entities("services").first?["port"] == 8080)
        }
    }

    /// Killed after the gateway had taken it: what was before is still known.
    @Test func firstDeploymentThatIsTriedAgainStillKnowsWhatWasBefore() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try await Self.load(Sample.other, bench)
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            bench.state = nil
            try FileManager.default.removeItem(atPath: "\(bench.root)/releases/current")
            #expect(try await bench.deploy(Sample.shop).status == .noChange)
            bench.state = nil
            #expect(try await bench.run(.rollback, bench.host()).status == .ok)
            #expect(bench.double.entities("services").first?["port"] == 9090)
        }
    }

    /// Somebody else's configuration, past the plugin.
    private static func load(_ text: String, _ bench: Bench) async throws {
        let (host, options) = (bench.host(), try Options(reading: bench.options))
        let status = try await bench.onThread { try AdminClient(host, options.admin).send(.load(text)).status }
        #expect(status == 201)
    }

    @Test func oldConfigurationsGoButNotTheOneToComeBackTo() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            let good = bench.state
            for port in 1...6 {
                let text = Sample.other.replacing("9090", with: "\(port)")
                #expect(try await bench.deploy(text, ["keep_releases": 2], revision: "b").status == .ok)
                bench.state = good
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(bench.root)/releases")
            #expect(names.contains("\(MD5.hex(Array(Sample.shop.utf8))).yaml"), "\(names)")
            #expect(names.count { $0.hasSuffix(".yaml") } == 3, "\(names)")
        }
    }
}
