import Foundation
import KongDouble
import KongLogic
import Model
import Net
import PluginKit
import PluginSupport
import TestSupport
import Testing

/// The plugin as the daemon uses it: the shared library in a worker process, requests and commands by the host.
@Suite(.serialized, .enabled(if: Deployer.canRun, "the plugin's library or PluginWorker is not there"))
struct WorkerTests {
    @Test func gatewayLivesThroughDeploymentFailureAndRollback() async throws {
        try await Deployer.with { (deployer: inout Deployer) async throws in
            try deployer.write(Sample.shop)
            for stage in [Stage.build, .plan, .deploy, .restart, .health] {
                let outcome = await deployer.run(stage, "a")
                let expected: StageStatus = stage == .restart ? .noChange : .ok
                #expect(
                    outcome.status == expected, "\(stage): \(outcome.summary) \(outcome.diagnostics.map(\.message))")
                if stage == .plan {
                    #expect(outcome.outputs["plan"]?.contains("service 'shop'") == true, "\(outcome.outputs)")
                }
                if stage == .deploy { deployer.state = outcome.checkpoint }
            }
            #expect(deployer.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            #expect(await deployer.run(.deploy, "a").status == .noChange)

            try deployer.write(Sample.shop.replacing("key-auth\n", with: "no-such-plugin\n"))
            let refused = await deployer.run(.deploy, "b")
            #expect(refused.status == .failed)
            #expect(
                refused.diagnostics.contains { $0.location?.file == "kong.yaml" && $0.location?.line == 12 },
                "\(refused.diagnostics)")

            try deployer.write(Sample.other)
            #expect(await deployer.run(.deploy, "c").status == .ok)
            let back = await deployer.run(.rollback, "c")
            #expect(back.status == .ok, "\(back)")
            #expect(deployer.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            #expect(await deployer.run(.health, "a").status == .ok)

            try deployer.write("_format_version: \"3.0\"\nservices:\n- name: a\n  hots: b\n")
            let wrong = await deployer.run(.build, "d")
            #expect(wrong.status == .failed)
            let finding = try #require(wrong.diagnostics.first { $0.code == "kong.unknown" })
            #expect(
                finding.location?.line == 4 && finding.location?.column == 3
                    && finding.fixIts.first?.replacement == "host")
            #expect(deployer.double.violations.isEmpty, "\(deployer.double.violations)")
        }
    }

    @Test func folderIsRecognisedByItsFile() async throws {
        try await Deployer.with { (deployer: inout Deployer) async throws in
            #expect(await deployer.detect().isEmpty)
            try deployer.write("# nothing yet\n", to: "kong.yml")
            let empty = await deployer.detect()
            #expect(empty.first?.kind == "kong" && (empty.first?.confidence ?? 0) >= 50, "\(empty)")
            #expect(empty.first?.evidence.contains("nothing but comments") == true)
            try deployer.write("a: b\n_format_version: \"3.0\"\n", to: "kong.yml")
            #expect(await deployer.detect().first?.evidence.contains("_format_version 3.0") == true)
            try FileManager.default.removeItem(atPath: "\(deployer.root)/source/kong.yml")
            try deployer.write("services: {}\n", to: "docker-compose.yml")
            #expect(await deployer.detect().isEmpty)
            try deployer.write(#"{"services": [], "_format_version": "3.0"}"#, to: "gateway.json")
            let found = await deployer.detect()
            #expect(found.first?.evidence.hasPrefix("gateway.json found") == true, "\(found)")
        }
    }

    @Test(
        "A gateway behind mutual TLS is reached with what secrets hold, and nobody hears them",
        .enabled(if: TLSFront.missing == nil, "needs TLS in front of the double: \(TLSFront.missing ?? "")"))
    func mutualTLS() async throws {
        var options = KongDouble.Options()
        options.token = ("Kong-Admin-Token", "admin-token-4711")
        try await Deployer.with(options) { (deployer: inout Deployer) async throws in
            let files = try TLSFiles.make(in: deployer.root)
            let front = try TLSFront(target: deployer.double.adminPort, files: files, demandsClientCertificate: true)
            defer { front.stop() }
            try deployer.write(Sample.shop)
            deployer.environment = [
                "KONG_ADMIN_URL": "https://localhost:\(front.port)", "GATEWAY_TOKEN": "admin-token-4711",
                "GATEWAY_CERTIFICATE": try String(contentsOfFile: files.certificate, encoding: .utf8),
            ]
            // The address is the one that the environment names by default.
            deployer.options = [
                "admin_token": .string("env:GATEWAY_TOKEN"), "client_certificate": .string("env:GATEWAY_CERTIFICATE"),
                "client_key": .string("file:\(files.key)"), "ca_file": .string(files.authority),
                "patience": .string("60s"),
                "proxy_url": .string(deployer.double.proxyURL),
            ]
            let outcome = await deployer.run(.deploy, "a")
            #expect(outcome.status == .ok, "\(outcome)")
            #expect(deployer.double.hash == MD5.hex(Array(Sample.shop.utf8)))
            let key = try String(contentsOfFile: files.key, encoding: .utf8)
            let said = "\(outcome) \(deployer.log.all)"
            #expect(!said.contains("admin-token-4711") && !said.contains(key.split(separator: "\n")[1]))

            deployer.options["client_certificate"] = nil
            deployer.options["client_key"] = nil
            try deployer.write(Sample.other)
            #expect(await deployer.run(.deploy, "b").status == .unavailable)
            deployer.options["client_key"] = .string("env:GATEWAY_CERTIFICATE")
            #expect(await deployer.run(.deploy, "b").status == .invalidConfig)
        }
    }

    @Test func kongIsReloadedByTheHostAndInAContainer() async throws {
        try await Deployer.with { (deployer: inout Deployer) async throws in
            try deployer.write(Sample.shop)
            let deployed = await deployer.run(.deploy, "a")
            #expect(deployed.status == .ok, "\(deployed)")
            // Stand-ins that say how they were called.
            let tools = "\(deployer.root)/tools"
            try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
            for name in ["kong", "docker"] {
                let script = "#!/bin/sh\necho \"\(name) $*\" >> \(deployer.root)/called\n"
                try Data(script.utf8).write(to: URL(fileURLWithPath: "\(tools)/\(name)"))
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(tools)/\(name)")
            }
            deployer.environment["PATH"] = "\(tools):/usr/bin:/bin"
            deployer.options["reload"] = .string("host")
            #expect(await deployer.run(.restart, "a").status == .ok)
            deployer.options["reload"] = .string("container")
            deployer.options["container"] = .string("gateway-1")
            #expect(await deployer.run(.restart, "a").status == .ok)
            let called = try String(contentsOfFile: "\(deployer.root)/called", encoding: .utf8)
            #expect(called == "kong reload\ndocker exec gateway-1 kong reload\n")
            deployer.options["reload"] = .string("command")
            deployer.options["reload_command"] = .array(["sh", "-c", "echo broken; exit 3"].map(JSONValue.string))
            let failed = await deployer.run(.restart, "a")
            #expect(
                failed.status == .failed && failed.diagnostics.first?.detail?.contains("broken") == true, "\(failed)")
        }
    }

    @Test func cancelledDeploymentEndsSoon() async throws {
        try await Deployer.with { (deployer: inout Deployer) async throws in
            try deployer.write(Sample.shop)
            deployer.double.fail("/config", .status(503), times: 10_000)
            deployer.options["patience"] = .string("300s")
            let copy = deployer
            let task = Task { await copy.run(.deploy, "a") }
            while !deployer.double.requests.contains(where: { $0.hasPrefix("POST /config") }) {
                try await Task.sleep(for: .milliseconds(20))
            }
            let start = ContinuousClock.now
            task.cancel()
            let outcome = await task.value
            #expect(outcome.status == .cancelled, "\(outcome)")
            // Patience would have been five minutes.
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }
}
