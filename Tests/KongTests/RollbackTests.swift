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
