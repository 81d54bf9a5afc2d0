import Foundation
import TestSupport
import Testing

/// What broke for a reason outside is tried again when the operator says so.
@Suite(.serialized) struct RetryTests {
    /// A service that is well while a file is there.
    private static func files(_ service: Scripted, well file: String) -> [String: String] {
        var files = service.files("alpha 1")
        files["deployer.yaml"] = """
            services:
              alpha:
                kind: scripted
                health: {command: [/usr/bin/test, -e, \(file)], attempts: 1}

            """
        return files
    }

    @Test func aQuarantinedServiceIsTriedAgainWhenTheOperatorAsks() async throws {
        let service = try await Scripted.services("alpha")[0]
        let file = FileManager.default.temporaryDirectory.path + "/deployer-well-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await Workspace.with(Self.files(service, well: file), environment: ["DISPATCHER_INTERVAL": "1"]) {
            workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.host("retry", "alpha").status != 0)
            #expect(try await workspace.once().status == 1)
            try Data().write(to: URL(filePath: file))
            // Mended, and nobody knows.
            let held = try await workspace.once()
            #expect(held.status == 1 && held.output.contains("or `host retry alpha`"), "\(held.text)")

            let unknown = try await workspace.host("retry", "alpha", "beta")
            #expect(unknown.status == 2 && unknown.errors.contains("there is no service 'beta'"), "\(unknown.text)")
            let asked = try await workspace.host("retry", "alpha")
            #expect(asked.status == 0 && asked.output.contains("no daemon runs"), "\(asked.text)")
            let plan = try await workspace.host("plan", "--quick")
            #expect(plan.output.contains("asked for by the operator"), "\(plan.text)")
            let again = try await workspace.once()
            #expect(again.status == 0, "\(again.text)")
            await service.answers("alpha 1")

            let nothing = try await workspace.host("retry", "alpha")
            #expect(nothing.status == 0 && nothing.output.contains("nothing to retry"), "\(nothing.text)")
            let idle = try await workspace.once()
            #expect(idle.status == 0 && idle.output.contains("nothing is due"), "\(idle.text)")
        }
    }

    @Test func aRunningDaemonTriesAgainWhenItIsAsked() async throws {
        let service = try await Scripted.services("alpha")[0]
        let file = FileManager.default.temporaryDirectory.path + "/deployer-well-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await Workspace.with(Self.files(service, well: file), environment: ["DISPATCHER_INTERVAL": "1"]) {
            workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await daemon.says("held: quarantined")
            try Data().write(to: URL(filePath: file))
            let asked = try await workspace.host("retry", "--json", "alpha")
            let compact = asked.output.filter { $0 != " " }
            #expect(asked.status == 0 && compact.contains("\"requested\":true"), "\(asked.text)")
            await daemon.says("tried again, as was asked for")
            await service.answers("alpha 1")
            await daemon.says("cycle 2 succeeded")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test func aRestartScriptThatCannotBeExecutedIsFoundBeforeAnythingIsDeployed() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files["deployer.yaml"] = "services:\n  alpha: {kind: scripted, stages: [build, deploy, restart]}\n"
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            try workspace.write("commands/restart-alpha.sh", "#!/bin/sh\n", mode: 0o644)
            let refused = try await workspace.once()
            #expect(refused.status == 1 && refused.output.contains("chmod +x"), "\(refused.text)")
            #expect(workspace.names("logs").isEmpty)
            let plan = try await workspace.host("plan", "--quick")
            #expect(plan.output.contains("chmod +x"), "\(plan.text)")
            // Once it can be, nobody has to ask.
            try workspace.write("commands/restart-alpha.sh", "#!/bin/sh\n", mode: 0o755)
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
        }
    }
}
