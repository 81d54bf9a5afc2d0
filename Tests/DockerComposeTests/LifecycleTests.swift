import Foundation
import Model
import TestSupport
import Testing

/// The life of a stack on every engine there is.
@Suite(.serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"))
struct LifecycleTests {
    @Test(.enabled(if: !EngineFixture.available.isEmpty, "\(EngineFixture.reason)"), arguments: EngineFixture.available)
    func aStackLivesThroughChangeFailureAndRollback(_ kind: EngineFixture) async throws {
        try await Lab.with(kind) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a", stages: [.build, .deploy, .restart, .health])
            #expect(
                lab.log.contains(
                    "using \(kind == .composeV2 ? "docker compose" : kind == .composeV1 ? "docker-compose" : "podman-compose")"
                ))
            let first = try lab.running()
            #expect(Set(first.keys) == ["web", "db"])
            let tags = try lab.ask("images", "--format", "{{.Repository}}:{{.Tag}}")
            #expect(tags.contains("\(lab.repository("web")):aaaaaaaaaaaa"), "\(tags)")

            // Again, and again with a commit that changes nothing of it.
            #expect(try await lab.run(.build, "a").status.allowsProgress)
            #expect(try await lab.run(.deploy, "a").status == .noChange)
            try lab.write(["README.md": "Hello.\n", ".dockerignore": "compose.yaml\nREADME.md\n.dockerignore\n"])
            try await lab.deploy("b")
            #expect(try await lab.run(.restart, "b").status == .noChange)
            #expect(try lab.running() == first)

            // Only the service that changed is made anew.
            try lab.write(["greeting": "two\n"])
            try await lab.deploy("c", stages: [.build, .deploy, .restart, .health])
            let second = try lab.running()
            #expect(second["db"] == first["db"])
            #expect(second["web"] != first["web"])
            #expect(try lab.ask("logs", second["web"] ?? "").contains("two"))

            // The next one dies at once; the one before comes back, with no builder at hand.
            try lab.write([
                "Dockerfile": "FROM base:1\nCMD [\"/bin/sh\", \"-c\", \"echo about to die; exit 3\"]\n"
            ])
            #expect(try await lab.run(.build, "d").status == .ok)
            let dead = try await lab.run(.deploy, "d")
            #expect(dead.status == .failed, "\(dead)")
            #expect(dead.summary.contains("exited with code 3"), "\(dead.summary)")
            let finding = dead.diagnostics.first { $0.code == "compose.unhealthy" }
            #expect(finding?.detail?.contains("about to die") == true, "\(dead.diagnostics)")
            #expect(finding?.location?.file == "compose.yaml")
            #expect(finding?.location?.line == 2)
            let back = try await lab.run(.rollback, "d")
            #expect(back.status == .ok, "\(back.summary) \(back.diagnostics)\n\(lab.log)")
            let third = try lab.running()
            #expect(Set(third.keys) == ["web", "db"])
            #expect(third["db"] == first["db"])
            #expect(try lab.ask("logs", third["web"] ?? "").contains("two"))
            #expect(try await lab.run(.health, "c").status == .ok)
        }
    }
}
