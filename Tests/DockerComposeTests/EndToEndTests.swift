import DockerComposeLogic
import Foundation
import Model
import TestSupport
import Testing

/// End-to-end tests of a stack: their verdict, their logs, and that nothing of them stays.
@Suite(.serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"))
struct EndToEndTests {
    private static func compose(tests: String) -> String {
        """
        services:
          app:
            build: .
            stop_grace_period: 1s
            volumes: ["files:/files"]
          tests:
            image: base:1
            stop_grace_period: 1s
            depends_on: [app]
            command: ["/bin/sh", "-c", "\(tests)"]
        volumes:
          files: {}

        """
    }

    private static func files(tests: String) -> [String: String] {
        ["compose.yaml": compose(tests: tests), "Dockerfile": Sample.dockerfile, "greeting": "hello\n"]
    }

    private static func isClean(_ lab: Lab) throws -> Bool {
        let containers = try lab.ask("ps", "-a", "-q")
        let volumes = try lab.ask("volume", "ls", "-q")
        return containers.isEmpty && volumes.isEmpty
    }

    @Test(.enabled(if: !EngineFixture.available.isEmpty, "\(EngineFixture.reason)"), arguments: EngineFixture.available)
    func theExitCodeOfTheTestsIsTheVerdict(_ kind: EngineFixture) async throws {
        try await Lab.with(kind) { lab in
            lab.options(["run_e2e": .bool(true)])
            try lab.write(Self.files(tests: "sleep 1; echo all is well"))
            let good = try await lab.run(.test, "a")
            #expect(good.status == .ok, "\(good.summary) \(good.diagnostics)\n\(lab.log)")
            #expect(good.tests?.suites.first?.cases.first?.result == .passed, "\(String(describing: good.tests))")
            let kept = good.outputs["log:tests"].flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }
            #expect(kept?.contains("all is well") == true, "\(good.outputs)")
            #expect(try Self.isClean(lab))

            try lab.write(Self.files(tests: "sleep 1; echo expected 3 but got 2; exit 9"))
            let bad = try await lab.run(.test, "a")
            #expect(bad.status == .failed)
            let finding = bad.diagnostics.first { $0.code == "compose.test" }
            #expect(finding?.message.contains("'tests' exited with code 9") == true, "\(bad.diagnostics)")
            #expect(finding?.detail?.contains("expected 3 but got 2") == true, "\(bad.diagnostics)")
            #expect(finding?.location?.line == 6, "\(bad.diagnostics)")
            #expect(try Self.isClean(lab))
        }
    }

    @Test(.enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
    func nothingStaysAfterACancelOrAKill() async throws {
        try await Lab.with(.composeV2) { lab in
            lab.options(["run_e2e": .bool(true)])
            try lab.ask("volume", "create", "somebodys")
            try lab.write(Self.files(tests: "sleep 300"))
            let run = Task { try await lab.run(.test, "a") }
            try await Self.started(lab)
            run.cancel()
            #expect(try await run.value.status == .cancelled)
            #expect(try lab.ask("ps", "-a", "-q").isEmpty)

            // A kill of the daemon takes the worker and the command with it, at once.
            let killed = Task { try await lab.run(.test, "a") }
            try await Self.started(lab)
            let pids = try Command.run(["pgrep", "-f", "up --no-build --abort.*tests"]).text
                .split(whereSeparator: \.isNewline).compactMap { pid_t($0) }
            for pid in pids { kill(pid, SIGKILL) }
            killed.cancel()
            _ = try await killed.value
            // Whatever stage comes next clears away.
            #expect(try await lab.run(.build, "a").status == .ok)
            #expect(try lab.ask("ps", "-a", "-q").isEmpty)
            #expect(try lab.ask("volume", "ls", "-q") == "somebodys")
        }
    }

    private static func started(_ lab: Lab) async throws {
        for _ in 0..<200 {
            if try lab.containers(project: lab.testProject())["tests"]?.status == "running" { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw EngineError("the tests did not start: \(lab.log)")
    }

    @Test(.enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
    func theTestsRunBesideTheStackAndOnlyWhereTheyAreAskedFor() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try lab.write(["e2e/compose.yaml": Self.compose(tests: "sleep 1")])
            #expect(try await lab.run(.test, "a").status == .noChange)
            try await lab.deploy("a")
            let running = try lab.running()
            lab.options(["run_e2e": .bool(true)])
            let unnamed = try await lab.run(.test, "a")
            #expect(unnamed.status == .failed)
            #expect(unnamed.summary.contains("test_service"), "\(unnamed.summary)")
            lab.options(["run_e2e": .bool(true), "test_files": .array([.string("e2e/compose.yaml")])])
            #expect(try await lab.run(.test, "a").status == .ok)
            #expect(try await lab.run(.test, "a", isVerification: true).status == .ok)
            #expect(try await lab.run(.deploy, "a", isVerification: true).status == .unsupported)
            #expect(try lab.running() == running)
            #expect(try lab.ask("ps", "-a", "-q").split(separator: "\n").count == 2)
        }
    }

    /// A service may well be called `shop-e2e`, and have data.
    @Test(.enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
    func nothingButTheTestsOwnIsRemoved() async throws {
        try await Lab.with(.composeV2) { lab in
            lab.options(["run_e2e": .bool(true)])
            let other = try lab.neighbour("team/shop-e2e", in: "other")
            try other.write(Sample.files("one", db: "volumes: ['files:/files']", more: "volumes: {files: {}}"))
            try await other.deploy("a")
            try lab.ask("tag", "base:1", "team-shop-e2e-web:aaaaaaaaaaaa")
            let running = try lab.running(project: "team-shop-e2e")
            func isWhole() throws {
                #expect(try lab.running(project: "team-shop-e2e") == running)
                #expect(try lab.ask("volume", "ls", "-q") == "team-shop-e2e_files")
                #expect(!(try lab.ask("images", "-q", "team-shop-e2e-web:aaaaaaaaaaaa").isEmpty))
            }
            try lab.write(Self.files(tests: "sleep 1"))
            #expect(try await lab.run(.test, "a").status == .ok, "\(lab.log)")
            #expect(try await lab.run(.test, "a", isVerification: true).status == .ok)
            try isWhole()

            // As an older version was broken off.
            try lab.writeMarker(#"{"project":"team-shop-e2e","engine":"docker"}"#)
            #expect(try await lab.run(.build, "a").status.allowsProgress)
            #expect(try await lab.run(.test, "a").status == .ok)
            try isWhole()

            // Somebody has something under the tests' own name.
            let taken = lab.testProject()
            try lab.ask("volume", "create", "--label", "com.docker.compose.project=\(taken)", "precious")
            let refused = try await lab.run(.test, "a")
            #expect(refused.status == .failed, "\(refused)")
            #expect(refused.diagnostics.contains { $0.code == "compose.foreign-project" }, "\(refused)")
            #expect(refused.summary.contains("precious"), "\(refused.summary)")
            #expect(try lab.ask("volume", "ls", "-q").contains("precious"))
        }
    }
}
