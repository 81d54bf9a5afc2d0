import DockerComposeLogic
import Foundation
import Model
import TestSupport
import Testing

/// What is taken already, or not there, on every engine there is.
@Suite(.serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"))
struct CollisionTests {
    private static func compose(_ member: String) -> String {
        """
        services:
          web:
            image: base:1
            command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.1; done"]
            stop_grace_period: 1s
            \(member)

        """
    }

    @Test(.enabled(if: !EngineFixture.available.isEmpty, "\(EngineFixture.reason)"), arguments: EngineFixture.available)
    func whatIsTakenIsSaidAtOnceInTheEnginesWords(_ kind: EngineFixture) async throws {
        try await Lab.with(kind) { lab in
            lab.options(["wait": .string("100s")])
            try lab.ask(
                "run", "-d", "--name", "taken", "--label", "com.docker.compose.project=other", "-p",
                "127.0.0.1:18080:80", "base:1", "sleep", "1000")
            try lab.write(["compose.yaml": Self.compose("ports: ['127.0.0.1:18080:80']")])
            let began = ContinuousClock.now
            let port = try await lab.run(.deploy, "a")
            #expect(ContinuousClock.now - began < .seconds(50), "it waited")
            #expect(port.status == .failed, "\(port)")
            #expect(
                port.summary.contains("port is already allocated") || port.summary.contains("address already in use"),
                "\(port.summary)\n\(lab.log)")
            #expect(
                port.diagnostics.contains { $0.location?.file == "compose.yaml" && $0.location?.line == 2 },
                "\(port.diagnostics)")
            #expect(try await lab.run(.rollback, "a").status == .ok)
            #expect(try lab.containers().isEmpty)

            // A name: nothing is begun, and the other one's container stays as it is.
            try lab.ask("stop", "-t", "0", "taken")
            try lab.write(["compose.yaml": Self.compose("container_name: taken")])
            let plan = try await lab.run(.plan, "b")
            #expect(plan.diagnostics.contains { $0.code == "compose.foreign-container" }, "\(plan)")
            let name = try await lab.run(.deploy, "b")
            #expect(name.status == .failed, "\(name)")
            #expect(name.summary.contains("'taken'") && name.summary.contains("'other'"), "\(name.summary)")
            let finding = name.diagnostics.first { $0.code == "compose.foreign-container" }
            #expect(finding?.location?.line == 6, "\(name.diagnostics)")
            #expect(try lab.containers().isEmpty)
            #expect(try lab.ask("inspect", "--format", "{{.State.Status}}", "taken") == "exited")
            // It is no obstacle to itself.
            try lab.ask("rm", "-f", "taken")
            try await lab.deploy("b", stages: [.deploy])
            try lab.write(["compose.yaml": Self.compose("container_name: taken\n    environment: {A: '1'}")])
            try await lab.deploy("c", stages: [.deploy])
        }
    }

    @Test(.enabled(if: !EngineFixture.available.isEmpty, "\(EngineFixture.reason)"), arguments: EngineFixture.available)
    func anImageThatIsNotThereIsNoFailureOfTheEngine(_ kind: EngineFixture) async throws {
        try await Lab.with(kind) { lab in
            try lab.write(["compose.yaml": Self.compose("").replacing("base:1", with: "127.0.0.1:9/nothing:1")])
            let pulled = try await lab.run(.plan, "a")
            #expect(pulled.outputs["plan"]?.contains("is pulled") == true, "\(pulled)")
            lab.options(["pull": .string("never")])
            try await Self.planSaysWhatDeploySays(lab, "is not on this machine")
            try lab.remove("compose.yaml")
            try lab.write(["Dockerfile": "FROM base:1\nCMD [\"sleep\", \"1000\"]\n"])
            lab.options(["build_docker": .bool(false)])
            try await Self.planSaysWhatDeploySays(lab, "'build_docker' is off")
        }
    }

    private static func planSaysWhatDeploySays(_ lab: Lab, _ words: String) async throws {
        let plan = try await lab.run(.plan, "a")
        let deploy = try await lab.run(.deploy, "a")
        #expect(deploy.status == .failed, "\(deploy)")
        #expect(deploy.summary.contains(words), "\(deploy.summary)")
        #expect(plan.summary.contains("the deployment would fail"), "\(plan.summary)")
        let warning = plan.diagnostics.first { $0.code == "compose.image" }
        #expect(warning?.severity == .warning, "\(plan.diagnostics)")
        #expect(warning?.message == deploy.diagnostics.first { $0.code == "compose.image" }?.message)
        #expect(plan.outputs["plan"]?.contains("it has no image to run") == true, "\(plan.outputs)")
    }
}
