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
