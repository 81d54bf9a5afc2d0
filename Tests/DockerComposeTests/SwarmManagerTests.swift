import Foundation
import Model
import TestSupport
import Testing

/// Engines that take no orders for a Swarm.
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.swarm.absence == nil, "needs a Swarm; \(EngineFixture.swarm.absence ?? "")"))
struct SwarmManagerTests {
    @Test func aSwarmThatTakesNoOrdersIsUnavailableUntilItDoes() async throws {
        try await Lab.with(.swarm) { lab in
            try lab.write(SwarmSample.files("one"))
            try await lab.deploy("a")
            // A worker takes no orders, nor does an engine that is gone, nor a Swarm without a leader.
            try lab.ask("node", "demote", "n3")
            try await lab.until("n3 is a worker") {
                try lab.ask("node", "inspect", "--format", "{{.Spec.Role}} {{.ManagerStatus}}", "n3") == "worker <nil>"
            }
            lab.options(["docker_host": .string("unix://\(lab.engineFolder)/n3/s")])
            let worker = try await lab.run(.health, "a")
            #expect(worker.status == .unavailable, "\(worker)")
            #expect(worker.summary.contains("is a worker of its Swarm"), "\(worker.summary)")
            #expect(worker.summary.contains("n3/s"), "\(worker.summary)")
            try lab.kind.run("kill", lab.engineFolder, "n3")
            let gone = try await lab.run(.deploy, "a")
            #expect(gone.status == .unavailable, "\(gone)")
            #expect(gone.summary.contains("n3/s"), "\(gone.summary)")

            lab.options([:])
            try lab.kind.run("kill", lab.engineFolder, "n2")
            // The manager that is left gives up leading after some ten seconds.
            try await lab.until("nobody leads") {
                let words = try Command.run(["docker", "node", "ls"], environment: lab.environment).text
                return words.contains("a leader") || words.contains("deadline exceeded")
            }
            let leaderless = try await lab.run(.deploy, "a", timeout: .seconds(60))
            #expect(leaderless.status == .unavailable, "\(leaderless)")
            #expect(
                leaderless.summary.contains("does not have a leader")
                    || leaderless.summary.contains("deadline exceeded"),
                "\(leaderless.summary)")

            // What an operator does whose other managers are lost for good.
            try lab.ask("swarm", "init", "--force-new-cluster")
            try await lab.deploy("a", stages: [.deploy, .health])
            #expect(try lab.tasks("web").values.filter { $0.node == "n1" }.count == 2)
        }
    }

    @Test func anEngineInNoSwarmIsUnavailable() async throws {
        try await Lab.with(.composeV2) { lab in
            lab.options(["engine": .string("swarm"), "registry": .string("127.0.0.1:5000")])
            try lab.write(SwarmSample.files("one"))
            for stage in [Stage.deploy, .plan] {
                let outcome = try await lab.run(stage, "a")
                #expect(outcome.status == .unavailable, "\(outcome)")
                #expect(outcome.summary.contains("is in no Swarm"), "\(outcome.summary)")
            }
        }
    }
}
