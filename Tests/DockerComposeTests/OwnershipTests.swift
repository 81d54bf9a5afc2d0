import DockerComposeLogic
import Foundation
import Model
import PluginKit
import TestSupport
import Testing

/// Services of a deployer whose projects have the same name: none takes away what is another's.
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
struct OwnershipTests {
    private static func stack(_ name: String = "") -> [String: String] {
        let command = "command: ['/bin/sh', '-c', 'trap \"exit 0\" TERM; while true; do sleep 0.1; done']"
        return [
            "compose.yaml":
                "\(name)services:\n  web:\n    image: base:1\n    stop_grace_period: 1s\n    \(command)\n"
        ]
    }

    /// `team/shop` and `team-shop` have the same project, and so have services of two workspaces, and two files with a name.
    @Test(arguments: [("team-shop", ""), ("team/shop", ""), ("other", "name: team-shop\n")])
    func aProjectOfAnotherServiceIsLeftAlone(_ service: String, _ name: String) async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Self.stack())
            try await lab.deploy("a")
            let running = try lab.running()
            let other = try lab.neighbour(service, in: "other")
            try other.write(Self.stack(name))
            _ = try await other.run(.build, "a")
            for options in [[:], ["project": .string("team-shop")]] as [[String: JSONValue]] {
                other.options(options)
                let refused = try await other.run(.deploy, "a")
                #expect(refused.status == .failed, "\(refused)")
                #expect(refused.diagnostics.contains { $0.code == "compose.foreign-project" }, "\(refused)")
                #expect(refused.summary.contains("'team/shop'"), "\(refused.summary)")
                #expect(refused.summary.contains("option 'project'"), "\(refused.summary)")
                // Nor does the rollback of what never began.
                #expect(try await other.run(.rollback, "a").status == .ok)
                #expect(try lab.running() == running)
            }
            #expect(try await lab.run(.deploy, "a").status == .noChange)
            other.options(["project": .string("mine")])
            try await other.deploy("a", stages: [.build, .deploy, .health])
            #expect(try Set(lab.running(project: "mine").keys) == ["web"])
            #expect(try lab.running() == running)

            // What is left of a service that is no more may be taken over.
            try FileManager.default.removeItem(atPath: "\(lab.root)/releases")
            other.options([:])
            if service != "other" {
                let refused = try await other.run(.deploy, "a")
                #expect(refused.status == .failed && refused.summary.contains("to take them over"), "\(refused)")
            }
            other.options(["project": .string("team-shop")])
            try await other.deploy("a", stages: [.deploy, .health])
            let web = try lab.containers()["web"]
            #expect(web?.id != running["web"])
            #expect(web?.ownerService == service)
            #expect(try await other.run(.deploy, "a").status == .noChange)
        }
    }

    /// As an older version has left it: the digest's label and no owner's.
    @Test func containersOfAnOlderVersionAreOursAndAreNotMadeAnew() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a")
            var services: [String: PluginJSON] = [:]
            for (name, container) in try lab.containers() {
                let image = try lab.ask("inspect", "--format", "{{.Config.Image}}", container.id)
                let labels: PluginJSON = [Container.digestLabel: .string(container.digest ?? "")]
                services[name] = ["image": .string(image), "labels": labels]
            }
            let old = "\(lab.root)/old.json"
            try PluginJSON.object(["services": .object(services)]).text.write(
                toFile: old, atomically: true, encoding: .utf8)
            let folder = lab.projectFolder
            let up = try Command.run(
                [
                    "docker", "compose", "-p", "team-shop", "--project-directory", folder, "-f",
                    "\(folder)/compose.yaml", "-f", old, "up", "-d", "--force-recreate", "--no-build",
                ], environment: lab.environment)
            #expect(up.code == 0, "\(up.text)")
            let before = try lab.containers()
            #expect(before.values.allSatisfy { $0.owner == nil && $0.digest != nil })

            let same = try await lab.run(.deploy, "a")
            #expect(same.status == .noChange, "\(same)")
            try lab.write(["greeting": "two\n"])
            try await lab.deploy("b")
            let after = try lab.containers()
            #expect(after["db"]?.id == before["db"]?.id)
            #expect(after["web"]?.id != before["web"]?.id)
            #expect(after["web"]?.ownerService == "team/shop")

            // Both were deployed by the older version, the other one last.
            let other = try lab.neighbour("team-shop", in: "other")
            try other.write(Self.stack())
            _ = try await other.run(.build, "a")
            #expect(try await other.run(.deploy, "a").status == .failed)
            #expect(try lab.containers() == after)
        }
    }

    @Test func anExplicitTakeoverThatFailsStartsWhatMadeRoomAgain() async throws {
        try await Lab.with(.composeV2) { lab in
            let theirs = "\(lab.root)/theirs"
            try FileManager.default.createDirectory(atPath: theirs, withIntermediateDirectories: true)
            try "services:\n  cache:\n    image: base:1\n    command: [sleep, '1000']\n    stop_grace_period: 1s\n"
                .write(toFile: "\(theirs)/compose.yaml", atomically: true, encoding: .utf8)
            let up = try Command.run(
                ["docker", "compose", "-p", "theirs", "-f", "\(theirs)/compose.yaml", "up", "-d"],
                environment: lab.environment)
            #expect(up.code == 0, "\(up.text)")
            let before = try lab.running(project: "theirs")
            lab.options(["project": .string("theirs")])
            try lab.write([
                "compose.yaml":
                    "services:\n  web:\n    image: base:1\n    command: [/bin/sh, -c, 'sleep 0.2; exit 4']\n"
            ])
            _ = try await lab.run(.build, "a")
            #expect(try await lab.run(.deploy, "a").status == .failed)
            let back = try await lab.run(.rollback, "a")
            #expect(back.status == .ok, "\(back)")
            #expect(try lab.running(project: "theirs") == before)
            #expect(try lab.containers(project: "theirs").count == 1)

            try lab.write(Self.stack())
            try await lab.deploy("b", stages: [.build, .deploy, .health])
            #expect(try Set(lab.containers(project: "theirs").keys) == ["web"])
        }
    }
}
