import DockerComposeLogic
import Foundation
import Model
import TestSupport
import Testing

/// What an engine's own start stops, what an operator stops, and what is said of it, on Docker with Compose v2.
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
struct EngineCrashTests {
    private static let policy = "restart: unless-stopped"

    /// Docker 20.10 stops `unless-stopped` containers while it comes up after a crash, and leaves them so.
    @Test func whatACrashedEngineStoppedIsStartedAndWhatAnOperatorStoppedIsNot() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one", web: Self.policy, db: Self.policy))
            try await lab.deploy("a")
            let first = try lab.containers()
            // Seconds before: the time of the end alone does not tell the two apart.
            try lab.ask("stop", first["db"]?.id ?? "")
            try EngineFixture.composeV2.run("kill", lab.engineFolder)
            try EngineFixture.composeV2.run("start", lab.engineFolder)
            let left = try lab.containers()
            #expect(left["web"]?.status == "exited", "the engine starts it by itself: nothing is shown here")
            #expect(left["db"]?.status == "exited")

            let plan = try await lab.run(.plan, "a")
            #expect(plan.outputs["plan"]?.contains("it does not run and is started") == true, "\(plan.outputs)")
            try await lab.deploy("a", stages: [.deploy, .restart, .health])
            let now = try lab.containers()
            #expect(now["web"]?.status == "running")
            #expect(now["db"]?.status == "exited")
            #expect(!lab.log.contains("'web' was stopped by hand"), "\(lab.log)")
        }
    }

    @Test func aStackOfWhichNothingRunsIsNotPlainlyWell() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one", web: Self.policy, db: Self.policy))
            try await lab.deploy("a")
            let first = try lab.containers()
            try lab.ask("stop", first["db"]?.id ?? "")
            let half = try await lab.run(.health, "a")
            #expect(half.status == .ok)
            let warning = half.diagnostics.first { $0.code == "compose.stopped" }
            #expect(warning?.severity == .warning, "\(half.diagnostics)")
            #expect(warning?.message.contains("'db'") == true, "\(half.diagnostics)")
            #expect(warning?.message.contains("docker start team-shop-db-1") == true, "\(half.diagnostics)")

            try lab.ask("stop", first["web"]?.id ?? "")
            let deployed = try await lab.run(.deploy, "a")
            #expect(deployed.summary.contains("nothing runs"), "\(deployed.summary)")
            let none = try await lab.run(.health, "a")
            #expect(none.summary.hasPrefix("nothing runs"), "\(none.summary)")
            let all = none.diagnostics.first { $0.code == "compose.stopped" }
            #expect(all?.message.contains("docker start team-shop-db-1 team-shop-web-1") == true, "\(none.diagnostics)")
            #expect(try lab.running().isEmpty)

            try lab.ask("start", "team-shop-db-1", "team-shop-web-1")
            #expect(try await lab.run(.health, "a").diagnostics.isEmpty)
        }
    }

    @Test func aContainerThatWasRemovedIsMadeAndStarted() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one", web: Self.policy, db: Self.policy))
            try await lab.deploy("a")
            try lab.ask("stop", "team-shop-db-1")
            try lab.write(Sample.files("one", web: Self.policy, db: "\(Self.policy)\nenvironment: {LEVEL: '2'}"))
            try await lab.deploy("b")
            #expect(try lab.containers()["db"]?.status == "created")

            // What is remembered of one service says nothing about another.
            try lab.ask("stop", "team-shop-web-1")
            try await lab.deploy("b", stages: [.deploy])
            #expect(try lab.running().isEmpty)

            try lab.ask("rm", "-f", "team-shop-db-1")
            try await lab.deploy("b", stages: [.deploy])
            var now = try lab.containers()
            #expect(now["db"]?.status == "running")
            #expect(now["web"]?.status == "exited")

            try lab.ask("stop", "team-shop-db-1")
            try lab.ask("rm", "-f", "team-shop-db-1")
            try await lab.deploy("b", stages: [.deploy])
            now = try lab.containers()
            #expect(now["db"]?.status == "running")
        }
    }
}
