import DockerComposeLogic
import Foundation
import Model
import TestSupport
import Testing

/// What options and members of the file that change the number and names of containers do, on a real engine.
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
struct OptionTests {
    private static let idle =
        "command: ['/bin/sh', '-c', 'trap \"exit 0\" TERM; while true; do sleep 0.1; done']"

    @Test func servicesOfAProfileComeAndGoWithIt() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(
                Sample.files(
                    "one", more: "  extra: {image: 'base:1', profiles: [debug], stop_grace_period: 1s, \(Self.idle)}"))
            try await lab.deploy("a")
            #expect(try Set(lab.running().keys) == ["web", "db"])
            let before = try lab.running()

            lab.options(["profiles": .array([.string("debug")])])
            try await lab.deploy("b", stages: [.build, .deploy, .health])
            let with = try lab.running()
            #expect(Set(with.keys) == ["web", "db", "extra"])
            #expect(with["db"] == before["db"] && with["web"] == before["web"])

            lab.options([:])
            try await lab.deploy("c", stages: [.build, .deploy, .health])
            #expect(try lab.containers().mapValues(\.id) == before)
        }
    }

    @Test func aServiceThatEndsByItselfHasToEndWell() async throws {
        try await Lab.with(.composeV2) { lab in
            func migration(_ code: Int) -> String {
                "  migrate: {image: 'base:1', command: ['/bin/sh', '-c', 'echo migrating; sleep 0.3; exit \(code)']}"
            }
            try lab.write(Sample.files("one", more: migration(0)))
            _ = try await lab.run(.build, "a")
            let unnamed = try await lab.run(.deploy, "a")
            #expect(unnamed.status == .failed && unnamed.summary.contains("migrate"), "\(unnamed)")
            _ = try await lab.run(.rollback, "a")

            lab.options(["one_shot": .array([.string("migrate")])])
            try await lab.deploy("a", stages: [.build, .deploy, .health])
            #expect(try lab.containers()["migrate"]?.exitCode == 0)
            let first = try lab.containers()["migrate"]?.id
            // It has done its work: not again for a release that is the same to it.
            #expect(try await lab.run(.deploy, "a").status == .noChange)
            #expect(try lab.containers()["migrate"]?.id == first)

            try lab.write(Sample.files("one", more: migration(3)))
            _ = try await lab.run(.build, "b")
            let bad = try await lab.run(.deploy, "b")
            #expect(bad.status == .failed && bad.summary.contains("exited with code 3"), "\(bad)")
            #expect(bad.diagnostics.contains { $0.detail?.contains("migrating") == true }, "\(bad.diagnostics)")
            #expect(try await lab.run(.rollback, "b").status == .ok)
            #expect(try await lab.run(.health, "a").status == .ok)
        }
    }

    @Test func asManyContainersRunAsTheFileSays() async throws {
        try await Lab.with(.composeV2) { lab in
            func count() throws -> Int {
                try lab.ask("ps", "-q", "--filter", "label=com.docker.compose.service=worker")
                    .split(separator: "\n").count
            }
            let crashes = Self.idle.replacing("TERM;", with: "TERM; trap \"exit 5\" USR1;")
            for (revision, wanted) in [("a", 3), ("b", 1), ("c", 2)] as [(Character, Int)] {
                let worker = "  worker: {image: 'base:1', deploy: {replicas: \(wanted)}, \(crashes)}"
                try lab.write(Sample.files("one", more: worker))
                try await lab.deploy(revision, stages: [.build, .deploy, .health])
                #expect(try count() == wanted)
                let again = try await lab.run(.deploy, revision)
                #expect(again.status == .noChange, "\(again)")
            }
            let containers = try lab.ask("ps", "-q", "--filter", "label=com.docker.compose.service=worker")
                .split(separator: "\n").map(String.init)
            try lab.ask("kill", "-s", "USR1", containers[0])
            for _ in 0..<100 where try count() > 1 { try await Task.sleep(for: .milliseconds(50)) }
            #expect(try count() == 1)
            try await lab.deploy("d", stages: [.build, .deploy])
            #expect(try count() == 2, "one of several that crashed is started again")
        }
    }

    @Test func aProjectThatIsRenamedLeavesNothingUnderItsOldName() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a")
            lab.options(["project": .string("renamed")])
            let plan = try await lab.run(.plan, "b")
            #expect(plan.status == .ok, "\(plan)")
            try await lab.deploy("b", stages: [.build, .deploy, .health])
            #expect(try lab.containers().isEmpty)
            #expect(try Set(lab.running(project: "renamed").keys) == ["web", "db"])
            #expect(
                try lab.ask("network", "ls", "-q", "--filter", "label=com.docker.compose.project=team-shop").isEmpty)
        }
    }
}
