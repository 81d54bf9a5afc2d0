import Foundation
import Model
import TestSupport
import Testing

/// Machines of a Swarm that go away: engines, managers, the registry.
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.swarm.absence == nil, "needs a Swarm; \(EngineFixture.swarm.absence ?? "")"))
struct SwarmFaultTests {
    @Test func anEngineKilledInTheMiddleOfADeploymentHasItsTasksElsewhere() async throws {
        try await Lab.with(.swarm) { lab in
            lab.options(["wait": .string("120s")])
            try lab.write(SwarmSample.files("one"))
            try lab.write(["compose.yaml": SwarmSample.compose(replicas: 3, parallelism: 1)])
            try await lab.deploy("a")
            let victim = "n3"
            let old = try lab.tasks("web")
            #expect(Set(old.values.map(\.node)) == ["n1", "n2", "n3"])
            try lab.write(["greeting": "two\n"])
            #expect(try await lab.run(.build, "b").status == .ok)
            async let deployment = lab.run(.deploy, "b", timeout: .seconds(130))
            // In the middle: the first of three new tasks runs.
            let before = Set(old.values.map(\.id))
            try await lab.until("one task is new") {
                try lab.tasks("web").values.contains { $0.state == "Running" && !before.contains($0.id) }
            }
            #expect(!before.isDisjoint(with: try lab.ids("web")))
            try lab.kind.run("kill", lab.engineFolder, victim)
            let ended = try await deployment
            // It goes on elsewhere; or the Swarm had just given that machine a new task, takes its end for a failure and rolls
            // back: then that is said, and the rollback has it whole.
            if ended.status != .ok {
                #expect(ended.status == .failed && ended.summary.contains("'web'"), "\(ended.summary)\n\(lab.log)")
                let back = try await lab.run(.rollback, "b")
                #expect(back.status == .ok, "\(back.summary) \(back.diagnostics)")
            }

            let health = try await lab.run(.health, "b")
            #expect(health.status == .ok, "\(health)")
            #expect(health.diagnostics.contains { $0.code == "compose.node" && $0.line.contains("'n3'") })
            #expect(health.outputs["node:n3"]?.hasPrefix("down") == true, "\(health.outputs)")
            #expect(health.outputs["node:n1"]?.contains("leader") == true, "\(health.outputs)")
            #expect(health.outputs["service:web"]?.hasPrefix("3 of 3 tasks run") == true, "\(health.outputs)")
            #expect(health.outputs.keys.filter { $0.hasPrefix("task:web.") }.count >= 3, "\(health.outputs)")
            let running = try lab.tasks("web").values.filter { $0.state == "Running" && $0.node != victim }
            #expect(running.count == 3, "\(running)")
            if ended.status == .ok { #expect(before.isDisjoint(with: running.map(\.id)), "\(running)") }

            // Back again, it is a node like others and no finding.
            try lab.kind.run("revive", lab.engineFolder, victim)
            try await lab.until("n3 is ready") {
                try lab.ask("node", "inspect", "--format", "{{.Status.State}}", victim) == "ready"
            }
            let after = try await lab.run(.health, "b")
            #expect(after.status == .ok, "\(after)")
            #expect(!after.diagnostics.contains { $0.code == "compose.node" }, "\(after.diagnostics)")
        }
    }

    @Test func aRegistryThatIsAwayIsTriedAgainAndOneThatRefusesIsAFailure() async throws {
        try await Lab.with(.swarm) { lab in
            let registry = try #require(lab.environment["REGISTRY"])
            try lab.write(SwarmSample.files("one"))
            try lab.kind.run("kill", lab.engineFolder, "registry")
            let away = try await lab.run(.build, "a")
            #expect(away.status == .retryable, "\(away)")
            #expect(away.summary.contains("cannot be pushed"), "\(away.summary)")
            #expect(try lab.services.isEmpty)
            try lab.kind.run("revive", lab.engineFolder, "registry")
            try await lab.deploy("a")

            // One that the engine was not told to do without TLS for refuses, for good.
            let plain = registry.replacing(":5000", with: ":5001")
            lab.options(["registry": .string(plain)])
            let refused = try await lab.run(.build, "a")
            #expect(refused.status == .failed, "\(refused)")
            #expect(refused.summary.contains("HTTP response to HTTPS client"), "\(refused.summary)")
            #expect(refused.diagnostics.contains { $0.code == "compose.push" }, "\(refused.diagnostics)")
        }
    }
}

extension Lab {
    func until(_ what: String, _ isSo: () throws -> Bool) async throws {
        for _ in 0..<300 {
            if (try? isSo()) == true { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw EngineError("not in thirty seconds: \(what)")
    }
}
