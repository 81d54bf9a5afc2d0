import DockerComposeLogic
import Foundation
import Model
import PluginKit
import TestSupport
import Testing

/// Engines that are away, hang or die, and deployments that are killed: each is caused.
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
struct FaultTests {
    @Test func anEngineThatDiedIsUnavailableAndTriedAgain() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one", web: "restart: always", db: "restart: always"))
            try await lab.deploy("a")
            try EngineFixture.composeV2.run("kill", lab.engineFolder)
            for stage in [Stage.build, .deploy, .health, .plan, .rollback] {
                let away = try await lab.run(stage, "a")
                #expect(away.status == .unavailable, "\(stage): \(away)")
                #expect(away.summary.contains("unix://\(lab.engineFolder)/s"), "\(away.summary)")
                #expect(!away.diagnostics.contains { $0.isError }, "\(away.diagnostics)")
            }
            try EngineFixture.composeV2.run("start", lab.engineFolder)
            try await lab.deploy("a", stages: [.build, .deploy, .restart, .health])
            #expect(try Set(lab.running().keys) == ["web", "db"])
        }
    }

    @Test func anEngineThatHangsIsUnavailable() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            let pid = try Command.run(["pgrep", "-f", "dockerd .*\(lab.engineFolder)/s"]).text
                .split(whereSeparator: \.isNewline).compactMap { pid_t($0) }
            #expect(!pid.isEmpty)
            for pid in pid { kill(pid, SIGSTOP) }
            let hung = try await lab.run(.build, "a")
            for pid in pid { kill(pid, SIGCONT) }
            #expect(hung.status == .unavailable, "\(hung)")
            #expect(hung.summary.contains("unix://\(lab.engineFolder)/s did not answer within 10 s"), "\(hung.summary)")
            #expect(try await lab.run(.build, "a").status == .ok)
        }
    }

    /// The tool's version is not asked each time; a tool that was taken away meanwhile has refused nothing.
    @Test func aToolThatWasTakenAwayBetweenStagesIsUnavailable() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a", stages: [.build])
            let tool = "\(lab.engineFolder)/config/cli-plugins/docker-compose"
            try FileManager.default.moveItem(atPath: tool, toPath: tool + ".away")
            for _ in 1...2 {
                let away = try await lab.run(.deploy, "a")
                #expect(away.status == .unavailable, "\(away)")
                #expect(!away.diagnostics.contains { $0.isError }, "\(away.diagnostics)")
            }
            try FileManager.default.moveItem(atPath: tool + ".away", toPath: tool)
            try await lab.deploy("a", stages: [.deploy])
            // Asked once for both stages, and the log says which it is all the same.
            #expect(lab.log.contains("using docker compose 2."), "\(lab.log)")
        }
    }

    private static func nothingInPath(_ environment: [String: String]) -> [String: String] { ["PATH": "/nowhere"] }

    @Test func withoutAnyToolTheReasonNamesEach() async throws {
        try await Lab.with(.composeV2, starts: false, changing: Self.nothingInPath) { lab in
            lab.options(["engine": .string("auto")])
            try lab.write(Sample.files("one"))
            let none = try await lab.run(.build, "a")
            #expect(none.status == .unavailable)
            for tool in ["docker compose", "docker-compose", "podman-compose"] {
                #expect(none.summary.contains("'\(tool)' is not installed"), "\(none.summary)")
            }
        }
    }

    /// The container of a stopped engine is not started a second time on another one.
    @Test func aStackStaysOnItsEngine() async throws {
        try await Lab.with(.composeV2) { lab in
            lab.options(["engine": .string("auto")])
            try lab.write(Sample.files("one"))
            try await lab.deploy("a")
            #expect(lab.log.contains("using docker compose"))
            try EngineFixture.composeV2.run("kill", lab.engineFolder)
            let away = try await lab.run(.deploy, "b")
            #expect(away.status == .unavailable)
            #expect(away.summary.contains("the stack runs on docker"), "\(away.summary)")
            #expect(!away.summary.contains("podman"), "\(away.summary)")
        }
    }

    /// A cancelled deployment is what a kill leaves: Compose and the worker are ended in the middle of it.
    @Test func aDeploymentThatWasKilledIsFinishedByTheNext() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a")
            // Takes two seconds to stop, so that the end comes between the old container's stop and the new one's start.
            try lab.write(Sample.files("two", db: "environment: {LEVEL: '2'}"))
            _ = try await lab.run(.build, "b")
            for delay in [300, 700, 1200, 2000] {
                let deployment = Task { try await lab.run(.deploy, "b", forgets: true) }
                try await Task.sleep(for: .milliseconds(delay))
                deployment.cancel()
                let ended = try await deployment.value
                #expect([.cancelled, .ok, .noChange].contains(ended.status), "\(ended)")
                if ended.status != .cancelled { break }
            }
            try await lab.deploy("b", stages: [.deploy, .health])
            let now = try lab.containers()
            #expect(now.values.allSatisfy { $0.status == "running" }, "\(now)")
            #expect(try lab.ask("logs", now["web"]?.id ?? "").contains("two"))
            #expect(try lab.ask("ps", "-a", "-q").split(separator: "\n").count == 2)
            #expect(try await lab.run(.deploy, "b").status == .noChange)
        }
    }

    /// The stop that a killed Compose had asked for comes after the next stage has looked.
    @Test func aLateStopOfAKilledDeploymentIsNoFailure() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a")
            let journal = "\(lab.root)/releases/changing.json"
            lab.forgetLog()
            for signal in ["KILL", "TERM"] {
                try #"{"stopped":[]}"#.write(toFile: journal, atomically: true, encoding: .utf8)
                let back = Task { try await lab.run(.rollback, "b") }
                for _ in 0..<200 where !lab.log.contains("using docker") {
                    try await Task.sleep(for: .milliseconds(50))
                }
                try await Task.sleep(for: .milliseconds(1500))
                try lab.ask("kill", "-s", signal, "team-shop-web-1")
                let ended = try await back.value
                #expect(ended.status == .ok, "\(signal): \(ended) \(ended.diagnostics)")
                #expect(lab.log.contains("a deployment that was killed had them stopped"), "\(lab.log)")
                #expect(try Set(lab.running().keys) == ["web", "db"])
                #expect(!FileManager.default.fileExists(atPath: journal))
                lab.forgetLog()
            }
            // What ends so by itself is a failure all the same.
            try #"{"stopped":[]}"#.write(toFile: journal, atomically: true, encoding: .utf8)
            try lab.write(["Dockerfile": "FROM base:1\nCMD [\"/bin/sh\", \"-c\", \"sleep 0.1; exit 137\"]\n"])
            _ = try await lab.run(.build, "c")
            #expect(try await lab.run(.deploy, "c").status == .failed)
            #expect(try await lab.run(.rollback, "c").status == .ok)
        }
    }

    private static func awayEngine(_ environment: [String: String]) -> [String: String] {
        ["DOCKER_HOST": "unix:///nowhere/s"]
    }

    /// Whoever says where Docker is does not mean the machine's podman.
    @Test func whereDockerIsNamedNoOtherEngineTakesItsPlace() async throws {
        try await Lab.with(.composeV2, starts: false, changing: Self.awayEngine) { lab in
            try lab.write(Sample.files("one"))
            let option: [String: JSONValue] = ["docker_host": .string("unix:///gone/s")]
            for (options, name) in [(option, "'docker_host'"), ([:], "DOCKER_HOST")] {
                lab.options(options.merging(["engine": .string("auto")], uniquingKeysWith: { $1 }))
                let away = try await lab.run(.build, "a")
                #expect(away.status == .unavailable, "\(away)")
                #expect(away.summary.contains("podman is not asked"), "\(away.summary)")
                #expect(away.summary.contains(name), "\(away.summary)")
            }
        }
    }

    @Test func theLineOfATracebackIsNotTheFiles() async throws {
        try await ScratchDirectory.with { root in
            try "services:\n  web:\n    image: x\n".write(
                toFile: "\(root)/compose.yaml", atomically: true, encoding: .utf8)
            let project = Engine.Project(name: "p", files: ["\(root)/compose.yaml"], directory: root)
            for text in [
                "Traceback (most recent call last):\n  File \"/usr/bin/docker-compose\", line 2, in <module>\nKeyError: 'x'",
                "something, line 33, is wrong",
            ] {
                let place = StackReader<PluginStackHost>.place(in: text, project)
                #expect(place?.file == "compose.yaml")
                #expect(place?.line == nil, "\(String(describing: place))")
            }
            #expect(StackReader<PluginStackHost>.place(in: "yaml: line 3: did not find", project)?.line == 3)
        }
    }

    @Test func aFirstDeploymentThatFailsIsTakenAwayAndItsVolumesStay() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one", db: "volumes: ['files:/files']", more: "volumes: {files: {}}"))
            try lab.write([
                "Dockerfile": "FROM base:1\nCMD [\"/bin/sh\", \"-c\", \"echo no good; sleep 0.2; exit 4\"]\n"
            ])
            _ = try await lab.run(.build, "a")
            #expect(try await lab.run(.deploy, "a").status == .failed)
            let back = try await lab.run(.rollback, "a")
            #expect(back.status == .ok, "\(back)")
            #expect(try lab.containers().isEmpty)
            #expect(try lab.ask("volume", "ls", "-q") == "team-shop_files")
            #expect(try lab.ask("network", "ls", "-q", "--filter", "label=com.docker.compose.project").isEmpty)
        }
    }

    @Test func restartsInTheWindowAndFailingChecksAreFailedDeployments() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one", db: "restart: always"))
            try await lab.deploy("a")
            try lab.write(["Dockerfile": "FROM base:1\nCMD [\"/bin/sh\", \"-c\", \"echo loop; sleep 0.3; exit 1\"]\n"])
            try lab.write(["compose.yaml": Sample.compose(web: "restart: always", db: "restart: always")])
            _ = try await lab.run(.build, "b")
            let looping = try await lab.run(.deploy, "b")
            #expect(looping.status == .failed)
            #expect(looping.summary.contains("again"), "\(looping.summary)")
            #expect(looping.diagnostics.contains { $0.detail?.contains("loop") == true }, "\(looping.diagnostics)")
            #expect(try await lab.run(.rollback, "b").status == .ok)

            let check = "healthcheck: {test: [CMD, /bin/sh, -c, 'echo not ready; false'], interval: 300ms, retries: 2}"
            try lab.write(Sample.files("one", web: check, db: "restart: always"))
            _ = try await lab.run(.build, "c")
            let sick = try await lab.run(.deploy, "c")
            #expect(sick.status == .failed)
            #expect(sick.diagnostics.contains { $0.detail?.contains("not ready") == true }, "\(sick.diagnostics)")
            #expect(try await lab.run(.rollback, "c").status == .ok)
            #expect(try await lab.run(.health, "a").status == .ok)
        }
    }

    @Test func whatComposeRefusesNamesTheLine() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one", web: "bogus: 1"))
            let refused = try await lab.run(.build, "a")
            #expect(refused.status == .failed)
            let finding = refused.diagnostics.first { $0.code == "compose.file" }
            #expect(finding?.location?.file == "compose.yaml", "\(refused.diagnostics)")
            #expect(finding?.location?.line == 2, "\(refused.diagnostics)")

            try lab.write(Sample.files("one", web: "volumes: ['../secret:/x']"))
            _ = try await lab.run(.build, "a")
            let outside = try await lab.run(.deploy, "a")
            #expect(outside.status == .failed)
            #expect(outside.summary.contains("outside of its folder"), "\(outside.summary)")
            #expect(try lab.containers().isEmpty)

            try lab.write(["compose.yaml": "# later\n\n"])
            for stage in [Stage.build, .test, .deploy, .plan] {
                let empty = try await lab.run(stage, "a")
                #expect(empty.status == .noChange, "\(stage): \(empty)")
                if stage == .build { #expect(empty.diagnostics.contains { $0.code == "compose.empty" }) }
            }
        }
    }
}
