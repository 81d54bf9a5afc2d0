import Foundation
import KongDouble
import KongLogic
import PluginKit
import PluginSupport
import TestSupport
import Testing

/// The way for gateways whose Admin API is closed, from a deployment to what follows it: who reloads, how often, and who
/// looks afterwards.
@Suite struct FileWayTests {
    private static func with(
        admin: Bool = false, _ body: (inout Bench, _ file: String, _ options: [String: PluginJSON]) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { folder in
            let file = "\(folder)/live.yaml"
            var gateway = KongDouble.Options()
            gateway.declarativeFile = file
            gateway.offersAdmin = admin
            try Data(Sample.other.utf8).write(to: URL(fileURLWithPath: file))
            try await Bench.with(gateway) { (bench: inout Bench) async throws in
                try bench.write(Sample.shop)
                try await body(
                    &bench, file,
                    [
                        "deploy_by": "file", "declarative_file": .string(file),
                        "status_url": .string(bench.double.statusURL),
                    ])
            }
        }
    }

    /// Its commands reload the double.
    private static func host(_ bench: Bench) -> FakeHost {
        let double = bench.double
        return FakeHost(bench.transport) { arguments in
            guard arguments.suffix(2) == ["kong", "reload"] else {
                return CommandEnd(succeeded: false, message: "ended with exit code 1", output: "no kong here")
            }
            double.restart()
            return CommandEnd(succeeded: true, message: "ended with exit code 0", output: "Kong reloaded")
        }
    }

    @Test func fileIsWrittenReloadedAndVerified() async throws {
        try await Self.with { bench, file, options in
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
            let planning = bench.host()
            #expect(try await bench.run(.plan, planning, options).status == .ok)
            #expect(
                planning.told.plans.first?.contains { $0.subject == "consumer 'alice'" && $0.action == .create } == true
            )

            let host = Self.host(bench)
            let result = try await bench.run(.deploy, host, options)
            #expect(result.status == .ok, "\(result)")
            #expect(host.told.commands == [["kong", "reload"]])
            #expect(try String(contentsOfFile: file, encoding: .utf8) == Sample.shop)
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["live.yaml"])
            #expect(bench.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            #expect(try await bench.run(.health, bench.host(), options).status == .ok)

            // Without a deployment that went well, what was there before is there again.
            let back = try await bench.run(.rollback, Self.host(bench), options)
            #expect(back.status == .ok, "\(back)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == Sample.other)
            #expect(bench.double.hash == MD5.hex(Array(Sample.other.utf8)))

            #expect(try await bench.run(.deploy, Self.host(bench), options).status == .ok)
            let again = Self.host(bench)
            #expect(try await bench.run(.deploy, again, options).status == .noChange)
            #expect(again.told.commands.isEmpty)
            #expect(bench.double.violations.isEmpty, "\(bench.double.violations)")
        }
    }

    @Test func gatewayIsReloadedOncePerDeployment() async throws {
        try await Self.with { bench, _, options in
            let host = Self.host(bench)
            #expect(try await bench.run(.deploy, host, options).status == .ok)
            #expect(host.told.beforeCheckpoint?.commands == 0 && host.told.checkpoints.count == 1)
            bench.state = host.told.checkpoints.last
            let restarted = try await bench.run(.restart, host, options)
            #expect(restarted.status == .noChange, "\(restarted)")
            #expect(host.told.commands == [["kong", "reload"]])
            #expect(try await bench.run(.health, host, options).status == .ok)

            // A restart that somebody asked for: nothing was deployed, so nothing was reloaded.
            #expect(try await bench.run(.deploy, host, options).status == .noChange)
            #expect(try await bench.run(.restart, host, options).status == .ok)
            #expect(host.told.commands.count == 2)
            #expect(try await bench.run(.restart, host, options).status == .ok)
            #expect(host.told.commands.count == 3)
        }
    }

    @Test func operatorsOwnScriptIsTheOnlyOneThatReloads() async throws {
        try await Self.with { bench, file, options in
            let host = Self.host(bench)
            let deployed = try await bench.run(.deploy, host, options) { $0.isRestartedElsewhere = true }
            #expect(deployed.status == .ok, "\(deployed)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == Sample.shop)
            #expect(bench.double.hash == MD5.hex(Array(Sample.other.utf8)))
            // The script.
            bench.double.restart()
            bench.double.fail("/status", .status(503), times: 3)
            let health = try await bench.run(.health, host, options) { $0.isRestartedElsewhere = true }
            #expect(health.status == .ok, "\(health)")

            let back = try await bench.run(.rollback, host, options) { $0.isRestartedElsewhere = true }
            #expect(back.status == .ok, "\(back)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == Sample.other)
            #expect(host.told.commands.isEmpty)
        }
    }

    /// The script reloaded nothing, or a worker of before lives on.
    @Test func healthAfterTheOperatorsScriptLooksAtEveryWorker() async throws {
        try await Self.with(admin: true) { bench, _, options in
            let host = Self.host(bench)
            var options = options
            options["patience"] = "1s"
            #expect(try await bench.run(.deploy, host, options) { $0.isRestartedElsewhere = true }.status == .ok)
            bench.double.restart()
            bench.double.setStuck(true)
            let (asking, gateway) = (bench.host(), try Options(reading: bench.options))
            let posted = try await bench.onThread {
                try AdminClient(asking, gateway.admin).send(.load(Sample.other)).status
            }
            #expect(posted == 201)
            for _ in 0..<8 {
                let result = try await bench.run(.health, host, options) { $0.isRestartedElsewhere = true }
                #expect(result.status == .failed, "\(result)")
            }
        }
    }

    /// Killed between the file and the reload, and nobody can say what the gateway runs.
    @Test func fileThatWasWrittenAndNeverReloadedIsReloaded() async throws {
        try await Self.with { bench, file, options in
            var options = options
            options["status_url"] = nil
            try Data(Sample.shop.utf8).write(to: URL(fileURLWithPath: file))
            let host = Self.host(bench)
            #expect(try await bench.run(.deploy, host, options).status == .ok)
            #expect(host.told.commands.count == 1)
            bench.state = host.told.checkpoints.last
            #expect(try await bench.run(.deploy, host, options).status == .noChange)
            #expect(host.told.commands.count == 1)
        }
    }

    @Test func rollbackOfWhatNeverReachedTheGatewayReloadsNothing() async throws {
        try await Self.with { bench, file, options in
            let host = Self.host(bench)
            #expect(try await bench.run(.deploy, host, options).status == .ok)
            bench.state = host.told.checkpoints.last
            let back = try await bench.run(.rollback, host, options, revision: "b")
            #expect(back.status == .noChange, "\(back)")
            #expect(host.told.commands.count == 1)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == Sample.shop)
        }
    }
}
