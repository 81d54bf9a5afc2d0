import Foundation
import Model
import Testing

/// A release that starts and is ill.
@Suite struct HealthTests {
    @Test func anIllReleaseIsRolledBackAndNotTriedAgain() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("well 1")
        files["deployer.yaml"] = """
            services:
              alpha:
                kind: scripted
                health: {http: "http://127.0.0.1:\(service.port)/health", interval: 100ms, attempts: 10}

            """
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            await service.answers("well 1")

            let ill = try await workspace.commit([service.path("greeting"): "ill 2"])
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(workspace.log.contains("503"), "\(workspace.log)")
            #expect(workspace.stages.contains("alpha/rollback"))
            await service.answers("well 1")
            let plan = try await workspace.host("plan", "--json")
            #expect(plan.output.contains("quarantined") && plan.output.contains(ill.short), "\(plan.text)")
            #expect(plan.output.contains("\"held\""), "\(plan.text)")

            let logs = workspace.names("logs")
            let again = try await workspace.once()
            #expect(again.status == 1, "\(again.text)")
            #expect(workspace.names("logs") == logs, "it was tried again")
            await service.answers("well 1")

            // A commit that does not touch the service changes nothing about it.
            try await workspace.commit(["README.md": "news"])
            #expect(try await workspace.once().status == 1)
            #expect(workspace.names("logs") == logs)

            try await workspace.commit([service.path("greeting"): "well 3"])
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
            await service.answers("well 3")
            #expect(try await workspace.host("plan").output.contains("up-to-date"))
        }
    }

    @Test func aServiceThatDiesAtOnceIsRolledBackWithWhatItSaid() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("well 1")
        files["deployer.yaml"] = """
            services:
              alpha:
                kind: scripted
                health: {tcp: \(service.port), interval: 100ms, attempts: 5}

            """
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("run"): "echo no licence was found; exit 3\n"])
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(workspace.stages.contains("alpha/rollback"), "\(workspace.log)")
            await service.answers("well 1")
            let said = try await workspace.host("logs", "alpha")
            #expect(said.output.contains("no licence was found"), "\(said.text)")
        }
    }
}
