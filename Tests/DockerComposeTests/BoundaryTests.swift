import DockerComposeLogic
import Foundation
import Model
import TestSupport
import Testing

/// What files may name and tools may be told: nothing out of the folder, nothing that a tool would read as an option.
@Suite(
    .serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"),
    .enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
struct BoundaryTests {
    @Test func buildsReadNothingOutOfTheFolder() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(["Dockerfile": Sample.dockerfile, "greeting": "one\n"])
            try "FROM base:1\n".write(toFile: "\(lab.root)/Dockerfile", atomically: true, encoding: .utf8)
            for build in [
                "build: ../../../..", "build: /", "build: {context: ., dockerfile: ../Dockerfile}",
                "build: {context: ., additional_contexts: {more: ../..}}", "build: \(lab.root)/releases",
            ] {
                try lab.write(["compose.yaml": "services:\n  web:\n    \(build)\n"])
                for stage in [Stage.build, .deploy] {
                    let refused = try await lab.run(stage, "a")
                    #expect(refused.status == .failed, "\(build) \(stage): \(refused)")
                    #expect(refused.summary.contains("outside of its folder"), "\(build) \(stage): \(refused.summary)")
                    #expect(refused.diagnostics.contains { $0.location?.line == 3 }, "\(build): \(refused.diagnostics)")
                }
            }
            // An absolute path elsewhere is meant.
            try await ScratchDirectory.with { elsewhere in
                try "FROM base:1\nCMD [\"sleep\", \"1000\"]\n".write(
                    toFile: "\(elsewhere)/Dockerfile", atomically: true, encoding: .utf8)
                try lab.write([
                    "compose.yaml": "services:\n  web:\n    build: \(elsewhere)\n    stop_grace_period: 0s\n"
                ])
                try await lab.deploy("a")
                #expect(try Set(lab.running().keys) == ["web"])
                #expect(try await lab.run(.plan, "b").status == .ok)
            }
        }
    }

    @Test func namesThatBeginWithADashReachNoTool() async throws {
        try await Lab.with(.composeV2) { lab in
            for (file, name) in [
                ("services:\n  --help:\n    image: base:1\n", "--help"), ("services:\n  web:\n    image: '-q'\n", "-q"),
                ("services:\n  --push:\n    build: .\n", "--push"),
            ] {
                try lab.write(["compose.yaml": file, "Dockerfile": Sample.dockerfile])
                for stage in [Stage.build, .deploy, .plan] {
                    let refused = try await lab.run(stage, "a")
                    #expect(refused.status == .failed, "\(stage): \(refused)")
                    #expect(refused.diagnostics.contains { $0.code == "compose.file" }, "\(refused.diagnostics)")
                    #expect("\(refused.summary) \(refused.diagnostics)".contains(name), "\(refused)")
                }
            }
            #expect(try lab.ask("ps", "-a", "-q").isEmpty)
        }
    }

    /// The project 'shop' with 'web-x', and 'shop-web' with 'x'.
    @Test func noBuildTakesTheNameOfAnothersImage() async throws {
        try await Lab.with(.composeV2) { lab in
            let one = try lab.neighbour("shop", in: "one")
            let two = try lab.neighbour("shop-web", in: "two")
            for (lab, name) in [(one, "web-x"), (two, "x")] {
                // Compose itself would give both containers one name.
                try lab.write([
                    "compose.yaml":
                        "services:\n  \(name):\n    build: .\n    container_name: c-\(name)\n    stop_grace_period: 1s\n"
                ])
                try lab.write(["Dockerfile": Sample.dockerfile, "greeting": "\(name)\n"])
            }
            try await one.deploy("a")
            let image = try one.ask(
                "image", "inspect", "--format", "{{.Id}}", "\(one.repository("web-x", project: "shop")):aaaaaaaaaaaa")
            try await two.deploy("a")
            #expect(try one.containers(project: "shop")["web-x"]?.image == image)
            let tags = try lab.ask("images", "--format", "{{.ID}}", "--no-trunc", "--filter", "reference=shop*")
            #expect(tags.split(separator: "\n").count == 2, "\(tags)")
            // What no image may be called is told apart as well.
            try one.write(["compose.yaml": "services:\n  A.b_:\n    build: .\n    stop_grace_period: 1s\n"])
            try await one.deploy("b")
        }
    }
}
