import Foundation
import KongDouble
import KongLogic
import PluginKit
import PluginSupport
import Testing

/// What was before comes back.
@Suite struct RollbackTests {
    @Test func lastGoodConfigurationComesBack() async throws {
        try await Bench.with { bench in
            let step1 = try await bench.deploy(Sample.shop)
            #expect(step1.status == .ok, "\(step1)")
            let good = bench.state
            let step2 = try await bench.deploy(Sample.other, revision: "b")
            #expect(step2.status == .ok, "\(step2)")
            bench.state = good
            let back = try await bench.run(.rollback, bench.host(), revision: "b")
            #expect(back.status == .ok, "\(back)")
            #expect(bench.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            let step3 = try await bench.run(.rollback, bench.host(), revision: "b")
            #expect(step3.status == .noChange, "\(step3)")
            let step4 = try await bench.run(.health, bench.host())
            #expect(step4.status == .ok, "\(step4)")
        }
    }

    @Test func withoutADeploymentTheGatewayGetsBackWhatItRanBefore() async throws {
        try await Bench.with { bench in
            // Somebody else's configuration.
            let step5 = try await bench.deploy(Sample.other)
            #expect(step5.status == .ok, "\(step5)")
            try FileManager.default.removeItem(atPath: "\(bench.root)/releases")
            bench.state = nil
            let step6 = try await bench.run(.rollback, bench.host())
            #expect(step6.status == .noChange, "nothing was begun")
            let step7 = try await bench.deploy(Sample.shop, revision: "b")
            #expect(step7.status == .ok, "\(step7)")
            bench.state = nil
            let back = try await bench.run(.rollback, bench.host(), revision: "b")
            #expect(back.status == .ok, "\(back)")
            #expect(bench.double.entities("services").first?["port"] == 9090)
            #expect(bench.double.entities("consumers").isEmpty)
        }
    }

    @Test func firstDeploymentOfAnEmptyGatewayIsTakenAway() async throws {
        try await Bench.with { bench in
            let step8 = try await bench.deploy(Sample.shop)
            #expect(step8.status == .ok, "\(step8)")
            bench.state = nil
            let step9 = try await bench.run(.rollback, bench.host())
            #expect(step9.status == .ok, "\(step9)")
            #expect(bench.double.entities("services").isEmpty)
        }
    }

    @Test func configurationThatIsGoneIsSaidToBe() async throws {
        try await Bench.with { bench in
            bench.state = Checkpoint(hash: String(repeating: "1", count: 32), revision: "x").bytes
            let host = bench.host()
            let step10 = try await bench.run(.rollback, host)
            #expect(step10.status == .failed, "\(step10)")
            #expect(host.errors.map(\.code) == ["kong.release"])
        }
    }

    @Test func oldConfigurationsGoButNotTheOneToComeBackTo() async throws {
        try await Bench.with { bench in
            let step11 = try await bench.deploy(Sample.shop)
            #expect(step11.status == .ok, "\(step11)")
            let good = bench.state
            for port in 1...6 {
                let text = Sample.other.replacing("9090", with: "\(port)")
                let step12 = try await bench.deploy(text, ["keep_releases": 2], revision: "b")
                #expect(step12.status == .ok, "\(step12)")
                bench.state = good
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(bench.root)/releases")
            #expect(names.contains("\(MD5.hex(Array(Sample.shop.utf8))).yaml"), "\(names)")
            #expect(names.count { $0.hasSuffix(".yaml") } == 3, "\(names)")
        }
    }
}
