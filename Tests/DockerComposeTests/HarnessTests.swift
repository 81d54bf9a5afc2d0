import Foundation
import Model
import PluginConformance
import PluginTestSupport
import TestSupport
import Testing

/// Every check of the harness, those that deploy included, on a real engine.
@Suite(
    .enabled(if: EngineFixture.composeV2.absence == nil, "needs Docker with Compose v2: engines/docker install"),
    .enabled(
        if: HarnessExample.absence(of: "libDockerComposePlugin.so") == nil,
        "DockerCompose's plugin or the host's programs are not built"))
struct HarnessTests {
    @Test(.timeLimit(.minutes(15))) func thePluginPassesEveryCheck() async throws {
        try await ScratchDirectory.with { root in
            let engine = "\(root)/e"
            try EngineFixture.composeV2.run("start", engine)
            do {
                try await examine(try EngineFixture.environment(of: engine))
            } catch {
                try EngineFixture.composeV2.run("stop", engine)
                throw error
            }
            try EngineFixture.composeV2.run("stop", engine)
        }
    }

    private func examine(_ environment: [String: String]) async throws {
        let release = String(repeating: "0", count: 39) + "7"
        var example = HarnessExample(
            library: "libDockerComposePlugin.so", source: Sample.files("one"),
            state:
                #"{"version":1,"release":"\#(release)-0123456789abcdef","revision":"\#(release)","engine":"docker","project":"harness-example"}"#
        )
        example.change = ["greeting": "two\n"]
        example.options = [
            "engine": .string(EngineFixture.composeV2.rawValue), "settle": .string("300ms"), "wait": .string("20s"),
            "build_docker": .bool(true),
            // Each check has releases of its own, which go with it: the next takes over what the last has left running.
            "project": .string("harness-example"),
        ]
        example.environment = environment
        let noRequest = "none of its stages sent a request"
        example.skips = [
            "fault.refused": noRequest, "fault.status": noRequest, "fault.garbage": noRequest, "fault.large": noRequest,
        ]
        example.live = { try Self.live(environment) }
        let report = try await example.examine()
        #expect(example.complaints(report).isEmpty, "\(example.complaints(report).joined(separator: "\n"))")
        print("harness, DockerCompose: \(HarnessExample.summary(report))")
    }

    /// Each container with its state, and what the one that was built says. An image that was built anew has another id.
    private static func live(_ environment: [String: String]) throws -> String {
        let names = try Command.run(
            ["docker", "ps", "-a", "--format", "{{.Names}} {{.State}}"], environment: environment
        ).text.split(whereSeparator: \.isNewline).map(String.init)
        let greeting = try Command.run(
            ["docker", "exec", "harness-example-web-1", "cat", "/greeting"], environment: environment)
        return (names.sorted() + [greeting.text]).joined(separator: "\n")
    }
}
