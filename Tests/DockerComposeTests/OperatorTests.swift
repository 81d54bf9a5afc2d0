import DockerComposeLogic
import Foundation
import Model
import TestSupport
import Testing

/// What people do to containers, files and plans of a stack, on Docker with Compose v2.
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
struct OperatorTests {
    @Test func aContainerThatWasStoppedByHandStaysStoppedAndIsMadeAnewUnstarted() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one", web: "restart: unless-stopped"))
            try await lab.deploy("a")
            let first = try lab.containers()
            try lab.ask("stop", first["db"]?.id ?? "")

            // Another service changes, which depends on it.
            try lab.write(["greeting": "two\n"])
            try await lab.deploy("b", stages: [.build, .deploy, .restart, .health])
            var now = try lab.containers()
            #expect(now["db"]?.id == first["db"]?.id)
            #expect(now["db"]?.status == "exited")
            #expect(now["web"]?.status == "running")
            #expect(lab.log.contains("'db' was stopped by hand and stays stopped"))

            // It changes itself: the new container is there, and not started, however often one deploys.
            try lab.write(Sample.files("two", web: "restart: unless-stopped", db: "environment: {LEVEL: '2'}"))
            try await lab.deploy("c")
            now = try lab.containers()
            #expect(now["db"]?.id != first["db"]?.id)
            #expect(now["db"]?.status == "created")
            let again = try await lab.run(.deploy, "c")
            #expect(again.status == .noChange, "\(again)")
            #expect(try lab.containers()["db"]?.status == "created")

            // Started by hand, it is a container like any other again.
            try lab.ask("start", now["db"]?.id ?? "")
            try lab.write(["greeting": "three\n"])
            try await lab.deploy("d")
            #expect(try Set(lab.running().keys) == ["web", "db"])
        }
    }

    @Test func whatCrashedIsStartedAgain() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a")
            let web = try #require(try lab.containers()["web"])
            try lab.ask("exec", web.id, "/bin/sh", "-c", "kill -9 -1")
            // A program's own error, unlike the end by a signal of `docker stop`.
            try lab.write(
                Sample.files(
                    "one",
                    web: "command: [/bin/sh, -c, 'test -e /again || { touch /again; sleep 8; exit 5; }; sleep 1000']"))
            _ = try await lab.run(.build, "b")
            try await lab.deploy("b")
            try await lab.until("it has crashed") { try lab.containers()["web"]?.status == "exited" }
            let plan = try await lab.run(.plan, "b")
            #expect(plan.outputs["plan"]?.contains("it does not run and is started") == true, "\(plan.outputs)")
            let again = try await lab.run(.deploy, "b")
            #expect(again.status == .ok, "\(again)")
            #expect(try lab.containers()["web"]?.status == "running")
        }
    }

    @Test func relativeMountsSurviveAndChangedFilesReachTheContainer() async throws {
        try await Lab.with(.composeV2) { lab in
            let mounts = "volumes:\n  - ./data:/data\n  - ./conf/app.conf:/app.conf:ro"
            try lab.write(Sample.files("one", db: mounts))
            try lab.write(["conf/app.conf": "first\n"])
            try await lab.deploy("a")
            let first = try lab.containers()
            try lab.ask("exec", first["db"]?.id ?? "", "/bin/sh", "-c", "echo kept > /data/file")
            #expect(try lab.ask("exec", first["db"]?.id ?? "", "cat", "/app.conf") == "first")

            try lab.write(["conf/app.conf": "second\n"])
            let plan = try await lab.run(.plan, "b")
            #expect(plan.outputs["plan"]?.contains("a file that it mounts") == true, "\(plan.outputs)")
            try await lab.deploy("b")
            let second = try lab.containers()
            #expect(second["web"]?.id == first["web"]?.id)
            #expect(try lab.ask("exec", second["db"]?.id ?? "", "cat", "/app.conf", "/data/file") == "second\nkept")

            // Back again: the file of then, the data of now.
            try lab.write(["conf/app.conf": "third\n", "Dockerfile": "FROM base:1\nCMD [\"/bin/false\"]\n"])
            _ = try await lab.run(.build, "c")
            #expect(try await lab.run(.deploy, "c").status == .failed)
            #expect(try await lab.run(.rollback, "c").status == .ok)
            let third = try lab.containers()
            #expect(try lab.ask("exec", third["db"]?.id ?? "", "cat", "/app.conf", "/data/file") == "second\nkept")
        }
    }

    @Test func aPlanNamesWhatWouldBeCreatedMadeAnewAndRemoved() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            let before = try await lab.run(.plan, "a")
            #expect(before.status == .ok, "\(before)")
            #expect(before.outputs["plan"]?.contains(#""action":"create""#) == true)
            #expect(try lab.containers().isEmpty)
            try await lab.deploy("a")
            let same = try await lab.run(.plan, "a")
            #expect(same.status == .noChange)
            #expect(same.outputs["plan"] == "[]")

            try lab.write([
                "compose.yaml":
                    "services:\n  web:\n    build: .\n  cache:\n    image: base:1\n    command: [sleep, '1000']\n",
                "greeting": "two\n",
            ])
            let plan = try await lab.run(.plan, "b")
            let text = plan.outputs["plan"] ?? ""
            #expect(
                text.contains(#"{"action":"create","reason":"there is none","subject":"container of 'cache'"}"#),
                "\(text)")
            #expect(
                text.contains(#""action":"replace","reason":"its image is built anew, from sources that changed""#),
                "\(text)")
            #expect(text.contains(#"{"action":"remove","reason":"the file has no service 'db' any more","#), "\(text)")
            let untouched = try lab.running()
            #expect(Set(untouched.keys) == ["web", "db"])
            try await lab.deploy("b")
            #expect(try Set(lab.running().keys) == ["web", "cache"])
        }
    }

    @Test func aRestartThatIsAskedForStartsEverythingAnew() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a", stages: [.build, .deploy, .restart, .health])
            let first = try lab.containers()
            // The same revision again, as a feedback or a dependency has it: no-change, then the restart.
            #expect(try await lab.run(.deploy, "a").status == .noChange)
            #expect(try await lab.run(.restart, "a").status == .ok)
            let second = try lab.containers()
            #expect(second["web"]?.id == first["web"]?.id)
            #expect(second["web"]?.startedAt != first["web"]?.startedAt)
            #expect(second["db"]?.startedAt != first["db"]?.startedAt)
        }
    }

    @Test func secretsReachContainersAndNoFileOrLog() async throws {
        try await Lab.with(.composeV2) { lab in
            lab.options(["secrets": .object(["DB_PASSWORD": .string("env:DB_SECRET")])])
            try lab.write(
                Sample.files("one", db: "environment:\n  PASSWORD: ${DB_PASSWORD}\n  MODE: ${MODE}\n  DB_PASSWORD:"))
            try await lab.deploy("a", stages: [.build, .deploy, .restart, .health])
            let db = try lab.containers()["db"]?.id ?? ""
            let seen = try lab.ask("exec", db, "/bin/sh", "-c", "echo $PASSWORD $DB_PASSWORD $MODE")
            #expect(seen == "\(Lab.secret) \(Lab.secret) test")
            _ = try await lab.run(.plan, "a")
            #expect(!lab.log.contains(Lab.secret))
            for folder in ["releases", "scratch"] {
                let found = try Command.run(["grep", "-r", "-l", Lab.secret, "\(lab.root)/\(folder)"])
                #expect(found.text.isEmpty, "\(found.text)")
            }
            #expect(try await lab.run(.deploy, "a").status == .noChange)
        }
    }

    @Test func aDockerfileAloneBecomesAContainer() async throws {
        try await Lab.with(.composeV2) { lab in
            lab.options([
                "container": .object(["stop_grace_period": .string("1s"), "volumes": .array([.string("./data:/data")])]
                ),
                "environment": .object(["GREETING": .string("hello")]),
            ])
            try lab.write(["Dockerfile": Sample.dockerfile, "greeting": "one\n"])
            try await lab.deploy("a", stages: [.build, .deploy, .restart, .health])
            let container = try #require(try lab.containers()["shop"])
            #expect(try lab.ask("exec", container.id, "/bin/sh", "-c", "echo $GREETING $MODE") == "hello test")
            #expect(container.restartPolicy == "unless-stopped")
            #expect(try await lab.run(.deploy, "a").status == .noChange)
            #expect(try await lab.run(.test, "a").status == .noChange)
        }
    }

    @Test func aProjectOfSomebodyElseIsNotTakenOver() async throws {
        try await Lab.with(.composeV2) { lab in
            let other = "\(lab.root)/other"
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
            try "services:\n  web:\n    image: base:1\n    command: [sleep, '1000']\n    stop_grace_period: 1s\n"
                .write(toFile: "\(other)/compose.yaml", atomically: true, encoding: .utf8)
            let up = try Command.run(
                ["docker", "compose", "-p", "team-shop", "-f", "\(other)/compose.yaml", "up", "-d"],
                environment: lab.environment)
            #expect(up.code == 0, "\(up.text)")
            let foreign = try lab.running()
            try lab.write(Sample.files("one"))
            _ = try await lab.run(.build, "a")
            let refused = try await lab.run(.deploy, "a")
            #expect(refused.status == .failed)
            #expect(refused.diagnostics.contains { $0.code == "compose.foreign-project" }, "\(refused)")
            #expect(try lab.running() == foreign)
            lab.options(["project": .string("team-shop")])
            try await lab.deploy("a")
            #expect(try lab.running()["web"] != foreign["web"])
        }
    }

    @Test func aRollbackForAScriptStartsNothingAndSaysSo() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            _ = try await lab.run(.build, "a")
            #expect(try await lab.run(.deploy, "a", scripted: true).status == .ok)
            let back = try await lab.run(.rollback, "b", scripted: true)
            #expect(back.status == .ok, "\(back)")
            #expect(back.summary == "release aaaaaaaaaaaa is in place; the operator's script starts it")
            #expect(try lab.containers().isEmpty)
        }
    }
}
