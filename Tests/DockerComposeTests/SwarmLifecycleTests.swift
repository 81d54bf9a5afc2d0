import Foundation
import Model
import TestSupport
import Testing

/// The life of a stack on a real Swarm of three engines with a registry (engines/swarm).
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.swarm.absence == nil, "needs a Swarm; \(EngineFixture.swarm.absence ?? "")"))
struct SwarmLifecycleTests {
    @Test func aStackLivesThroughChangeFailureAndRollbackOnASwarm() async throws {
        try await Lab.with(.swarm) { lab in
            try lab.write(SwarmSample.files("one"))
            try await lab.deploy("a", stages: [.build, .deploy, .restart, .health])
            let first = try lab.ids("web")
            let db = try lab.ids("db")
            #expect(first.count == 2)
            #expect(try lab.tasks("web").values.allSatisfy { $0.state == "Running" })
            // Each node pulled it from the registry, by its digest; also the image that only the manager had.
            let registry = try #require(lab.environment["REGISTRY"])
            #expect(try lab.image("web").hasPrefix("\(registry)/team-shop.web."))
            #expect(try lab.image("db").hasPrefix("\(registry)/team-shop.db."))

            // Again, and again with a commit that changes nothing of it.
            #expect(try await lab.run(.build, "a").status.allowsProgress)
            #expect(try await lab.run(.deploy, "a").status == .noChange)
            try lab.write(["README.md": "Hello.\n", ".dockerignore": "compose.yaml\nREADME.md\n.dockerignore\n"])
            try await lab.deploy("b")
            #expect(try await lab.run(.restart, "b").status == .noChange)
            #expect(try lab.ids("web") == first)

            // Only the service that changed is updated.
            try lab.write(["greeting": "two\n"])
            let plan = try await lab.run(.plan, "c")
            #expect(plan.outputs["plan"]?.contains("service 'web'") == true, "\(plan.outputs)")
            #expect(plan.outputs["plan"]?.contains("service 'db'") == false, "\(plan.outputs)")
            try await lab.deploy("c", stages: [.build, .deploy, .restart, .health])
            let second = try lab.ids("web")
            let good = try lab.image("web")
            #expect(second.isDisjoint(with: first))
            #expect(try lab.ids("db") == db)
            #expect(try lab.ask("service", "logs", "--raw", "team-shop_web").contains("two"))

            // An update that the Swarm takes back by itself is no success.
            try lab.write(["Dockerfile": SwarmSample.dying])
            #expect(try await lab.run(.build, "d").status == .ok)
            let dead = try await lab.run(.deploy, "d")
            #expect(dead.status == .failed, "\(dead)")
            #expect(dead.summary.contains("rolled the update of 'web' back"), "\(dead.summary)")
            let finding = dead.diagnostics.first { $0.code == "compose.unhealthy" }
            #expect(finding?.detail?.contains("non-zero exit (3)") == true, "\(dead.diagnostics)")
            #expect(finding?.detail?.contains("about to die") == true, "\(dead.diagnostics)")
            #expect(finding?.location?.file == "compose.yaml")
            #expect(finding?.location?.line == 2)
            let back = try await lab.run(.rollback, "d")
            #expect(back.status == .ok, "\(back.summary) \(back.diagnostics)\n\(lab.log)")
            #expect(try lab.image("web") == good)
            #expect(try await lab.run(.health, "c").status == .ok)

            // One that the Swarm leaves half way is taken back by the rollback, with the registry away: nothing is pushed.
            try lab.write(["compose.yaml": SwarmSample.compose(update: "pause")])
            #expect(try await lab.run(.build, "e").status == .ok)
            let paused = try await lab.run(.deploy, "e")
            #expect(paused.status == .failed)
            #expect(paused.summary.contains("the Swarm stopped the update of 'web'"), "\(paused.summary)")
            try lab.kind.run("kill", lab.engineFolder, "registry")
            let again = try await lab.run(.rollback, "e")
            #expect(again.status == .ok, "\(again.summary) \(again.diagnostics)\n\(lab.log)")
            #expect(try lab.image("web") == good)
            let tasks = try lab.tasks("web")
            #expect(tasks.count == 2 && tasks.values.allSatisfy { $0.state == "Running" }, "\(tasks)")
            #expect(try lab.ids("db") == db)
        }
    }

    @Test func aFirstDeploymentThatFailsOnASwarmIsTakenAwayAndItsVolumesStay() async throws {
        try await Lab.with(.swarm) { lab in
            try lab.write(
                SwarmSample.files(
                    "one", web: "volumes: ['files:/files']\nconfigs: [motd]",
                    more: "volumes: {files: {}}\nconfigs: {motd: {file: ./conf/motd}}"))
            try lab.write(["Dockerfile": SwarmSample.dying, "conf/motd": "hello\n"])
            _ = try await lab.run(.build, "a")
            let dead = try await lab.run(.deploy, "a")
            #expect(dead.status == .failed)
            #expect(dead.summary.contains("does not stay up"), "\(dead.summary)")
            let back = try await lab.run(.rollback, "a")
            #expect(back.status == .ok, "\(back)")
            #expect(try lab.services.isEmpty)
            #expect(try lab.ask("config", "ls", "-q").isEmpty)
            #expect(
                try lab.ask("network", "ls", "-q", "--filter", "label=com.docker.stack.namespace=team-shop").isEmpty)
            let volumes = try ["n1", "n2", "n3"].map { node in
                try Command.run(["docker", "-H", "unix://\(lab.engineFolder)/\(node)/s", "volume", "ls", "-q"]).text
            }
            #expect(volumes.joined().contains("team-shop_files"))

            // What no node can take is said when the deadline comes.
            lab.options(["wait": .string("4s")])
            try lab.write(
                SwarmSample.files("one", webDeploy: "placement: {constraints: ['node.labels.disk == ssd']}"))
            _ = try await lab.run(.build, "b")
            let stuck = try await lab.run(.deploy, "b")
            #expect(stuck.status == .failed)
            #expect(stuck.summary.contains("0 of 2 tasks of 'web' run"), "\(stuck.summary)")
            #expect(stuck.summary.contains("no suitable node"), "\(stuck.summary)")
            #expect(try await lab.run(.rollback, "b").status == .ok)
            #expect(try lab.services.isEmpty)
        }
    }

    @Test func whatSomebodyChangesOnASwarmByHandIsPlannedAndTakenBack() async throws {
        try await Lab.with(.swarm) { lab in
            lab.options(["secrets": .object(["TOKEN": .string("env:DB_SECRET")]), "keep_releases": .number(1)])
            let web = "environment: {TOKEN: '${TOKEN}', PRICE: '5$$'}\nconfigs: [{source: motd, target: /motd}]"
            let more = """
                  old:
                    image: base:1
                    command: ["sleep", "1000"]
                    stop_grace_period: 1s
                    deploy: {endpoint_mode: dnsrr}
                configs: {motd: {file: ./conf/motd}}
                """
            try lab.write(SwarmSample.files("one", web: web, more: more))
            try lab.write(["conf/motd": "hello\n"])
            try await lab.deploy("a")
            let environment = try lab.ask(
                "service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Env}}", "team-shop_web")
            #expect(environment.contains("TOKEN=\(Lab.secret)"), "\(environment)")
            #expect(environment.contains("PRICE=5$"), "\(environment)")
            let found = try Command.run(["grep", "-rl", Lab.secret, "\(lab.root)/releases", "\(lab.root)/scratch"])
            #expect(found.text.isEmpty, "\(found.text)")

            try lab.ask("service", "scale", "--detach", "team-shop_web=3")
            try lab.ask("service", "update", "--detach", "--env-add", "X=1", "team-shop_db")
            let plan = try await lab.run(.plan, "a")
            let changes = plan.outputs["plan"] ?? ""
            #expect(changes.contains("drift"), "\(plan)")
            #expect(changes.contains("its number of tasks, from 2 to 3"), "\(changes)")
            #expect(changes.contains("service 'db'"), "\(changes)")
            #expect(!changes.contains("service 'old'"), "\(changes)")
            try await lab.deploy("a", stages: [.deploy, .health])
            #expect(try lab.tasks("web").count == 2)
            #expect(try await lab.run(.plan, "a").status == .noChange)

            // A config that changed is another one, and services that the file no longer has are removed.
            try lab.write(SwarmSample.files("one", web: web, more: "configs: {motd: {file: ./conf/motd}}"))
            try lab.write(["conf/motd": "good evening\n"])
            let before = try lab.ids("db")
            try await lab.deploy("b", stages: [.build, .deploy, .health])
            #expect(try lab.services == ["team-shop_web", "team-shop_db"])
            #expect(try lab.ids("db") == before)
            #expect(try lab.ask("config", "ls", "-q").split(separator: "\n").count == 2)

            // Starting anew is no change of what was asked for.
            let old = try lab.ids("web")
            #expect(try await lab.run(.restart, "b").status == .noChange)
            let restart = try await lab.run(.restart, "b")
            #expect(restart.status == .ok, "\(restart)")
            #expect(try lab.ids("web").isDisjoint(with: old))
            #expect(try await lab.run(.plan, "b").status == .noChange)
            #expect(try await lab.run(.deploy, "b").status == .noChange)

            // The end-to-end tests run on the manager's own engine.
            lab.options(["run_e2e": .bool(true), "test_files": .array([.string("test.yaml")])])
            try lab.write([
                "test.yaml":
                    "services: {sut: {image: 'base:1', network_mode: none, command: ['/bin/sh', '-c', 'echo fine']}}\n"
            ])
            let tested = try await lab.run(.test, "b")
            #expect(tested.status == .ok, "\(tested)\n\(lab.log)")
        }
    }

    /// As with Compose: two services may give their stacks the same name.
    @Test func aStackOfAnotherServiceIsLeftAlone() async throws {
        try await Lab.with(.swarm) { lab in
            try lab.write(SwarmSample.files("one"))
            try await lab.deploy("a")
            let running = try lab.ids("web").union(lab.ids("db"))
            let other = try lab.neighbour("team-shop", in: "other")
            try other.write(SwarmSample.files("one"))
            _ = try await other.run(.build, "a")
            for options in [[:], ["project": .string("team-shop")]] as [[String: JSONValue]] {
                other.options(options)
                let refused = try await other.run(.deploy, "a")
                #expect(refused.status == .failed, "\(refused)")
                #expect(refused.diagnostics.contains { $0.code == "compose.foreign-project" }, "\(refused)")
                #expect(refused.summary.contains("'team/shop'"), "\(refused.summary)")
                #expect(try await other.run(.rollback, "a").status == .ok)
                #expect(try lab.ids("web").union(lab.ids("db")) == running)
            }
            #expect(try await lab.run(.deploy, "a").status == .noChange)
            // What is left of a service that is no more may be taken over.
            try FileManager.default.removeItem(atPath: "\(lab.root)/releases")
            try await other.deploy("a", stages: [.deploy, .health])
            #expect(try await other.run(.deploy, "a").status == .noChange)
            let label = try lab.ask(
                "service", "inspect", "--format", "{{index .Spec.Labels \"codex-deployer.service\"}}", "team-shop_web")
            #expect(label == "team-shop")

            // Nor does a Swarm's build read what is outside of its folder.
            try other.write(["compose.yaml": "services:\n  web:\n    build: ../../../..\n"])
            for stage in [Stage.build, .deploy] {
                let refused = try await other.run(stage, "b")
                #expect(refused.status == .failed, "\(stage): \(refused)")
                #expect(refused.summary.contains("outside of its folder"), "\(stage): \(refused.summary)")
            }
        }
    }
}
