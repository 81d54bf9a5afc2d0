import Foundation
import KongDouble
import KongLogic
import PluginKit
import PluginSupport
import Testing

/// Restarts, and the way for gateways whose Admin API is closed.
@Suite struct ReloadTests {
    private func host(_ bench: Bench, reloads: Bool = true) -> FakeHost {
        let double = bench.double
        return FakeHost(bench.transport) { arguments in
            guard reloads, arguments.suffix(2) == ["kong", "reload"] || arguments == ["reload-it"] else {
                return CommandEnd(succeeded: false, message: "ended with exit code 1", output: "no kong here")
            }
            double.restart()
            return CommandEnd(succeeded: true, message: "ended with exit code 0", output: "Kong reloaded")
        }
    }

    @Test func withoutAWayToReloadARestartIsNoChange() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let host = host(bench)
            #expect(try await bench.run(.restart, host).status == .noChange)
            #expect(host.told.commands.isEmpty)
        }
    }

    @Test(
        arguments: [
            (["container": "kong-1"], ["docker", "exec", "kong-1", "kong", "reload"]),
            (["container": "kong-1", "engine": "podman"], ["podman", "exec", "kong-1", "kong", "reload"]),
            (["reload": "host"], ["kong", "reload"]), (["reload_command": ["reload-it"]], ["reload-it"]),
        ] as [([String: PluginJSON], [String])])
    func gatewayIsReloadedAndGivenItsConfigurationAgain(_ options: [String: PluginJSON], _ command: [String])
        async throws
    {
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Sample.shop)
            #expect(deployed.status == .ok)
            let host = host(bench)
            let result = try await bench.run(.restart, host, options)
            #expect(result.status == .ok, "\(result)")
            #expect(host.told.commands == [command])
            #expect(bench.double.hash == MD5.hex(Array(Sample.shop.utf8)))
        }
    }

    @Test func reloadThatFailsIsAFailureWithItsOutput() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let host = host(bench, reloads: false)
            let result = try await bench.run(.restart, host, ["reload": "host", "prefix": "/srv/kong"])
            #expect(result.status == .failed)
            #expect(host.errors.map(\.code) == ["kong.reload"] && host.errors[0].detail == "no kong here")
            #expect(host.told.commands == [["kong", "reload", "-p", "/srv/kong"]])
        }
    }

    @Test func operatorsOwnScriptIsLeftToRestart() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let host = host(bench)
            let result = try await bench.run(.restart, host, ["reload": "host"]) { $0.isRestartedElsewhere = true }
            #expect(result.status == .noChange && host.told.commands.isEmpty)
        }
    }

    @Test func fileIsWrittenReloadedAndVerified() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("deployer-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = "\(folder)/live.yaml"
        var gateway = KongDouble.Options()
        gateway.declarativeFile = file
        gateway.offersAdmin = false
        try Data(Sample.other.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        try await Bench.with(gateway) { (bench: inout Bench) async throws in
            let options: [String: PluginJSON] = [
                "deploy_by": "file", "declarative_file": .string(file), "status_url": .string(bench.double.statusURL),
            ]
            try bench.write(Sample.shop)
            let planning = bench.host()
            #expect(try await bench.run(.plan, planning, options).status == .ok)
            #expect(
                planning.told.plans.first?.contains { $0.subject == "consumer 'alice'" && $0.action == .create } == true
            )

            let host = host(bench)
            let result = try await bench.run(.deploy, host, options)
            #expect(result.status == .ok, "\(result)")
            #expect(host.told.commands == [["kong", "reload"]])
            #expect(try String(contentsOfFile: file, encoding: .utf8) == Sample.shop)
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["live.yaml"])
            #expect(bench.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            #expect(try await bench.run(.health, bench.host(), options).status == .ok)

            // Without a deployment that went well, what was there before is there again.
            let back = try await bench.run(.rollback, self.host(bench), options)
            #expect(back.status == .ok, "\(back)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == Sample.other)
            #expect(bench.double.hash == MD5.hex(Array(Sample.other.utf8)))

            #expect(try await bench.run(.deploy, self.host(bench), options).status == .ok)
            let again = self.host(bench)
            #expect(try await bench.run(.deploy, again, options).status == .noChange)
            #expect(again.told.commands.isEmpty)
            #expect(bench.double.violations.isEmpty, "\(bench.double.violations)")
        }
    }

    @Test func fileThatTheGatewayDoesNotTakeOverFailsTheDeployment() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("deployer-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write(Sample.shop)
            let host = host(bench)
            let result = try await bench.run(
                .deploy, host,
                [
                    "deploy_by": "file", "declarative_file": .string("\(folder)/live.yaml"), "patience": "1s",
                    "status_url": .string(bench.double.statusURL),
                ])
            #expect(result.status == .failed && host.errors.map(\.code) == ["kong.workers"], "\(result)")
        }
    }
}
