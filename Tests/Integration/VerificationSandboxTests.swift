import Foundation
import Testing

/// A patch that nobody has looked at is built and tested: what it may reach meanwhile.
@Suite struct VerificationSandboxTests {
    /// Where a patch is tried, a build that looks for the daemon's secrets and for the caches of deployments.
    private static let curious =
        Scripted.build + """
            case "$SCRATCH" in
            *.verify/*)
                top=${SOURCE%%/.deployer/*}
                cat "$top/dispatcher.env" > "$SCRATCH/found" 2>/dev/null || true
                (echo poison > "$top/.deployer/scratch/alpha/poison") 2>/dev/null || true
                (echo poison > "$top/feedback/poison") 2>/dev/null || true
                ls "$HOME" > "$SCRATCH/home" 2>/dev/null || true
                : > "$SOURCE/built"
            esac

            """

    private func tried(sandbox: String?) async throws -> (found: String, isPoisoned: Bool, text: String) {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("build")] = Self.curious
        var environment = ["DISPATCHER_USE_PRS": "0"]
        environment["DISPATCHER_VERIFY_SANDBOX"] = sandbox
        var outcome = (found: "", isPoisoned: false, text: "")
        try await Workspace.with(files, environment: environment) { workspace in
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", "GITHUB_TOKEN=a-very-secret-token\n", mode: 0o600)
            #expect(try await workspace.once().status == 0)
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            try workspace.drop("fix", ["id": "fix", "description": "Greet anew", "patch": patch])
            outcome.text = try await workspace.once().text
            let decision = (try? workspace.verdict("applied/fix"))?["decision"] as? String
            #expect(decision == "applied", "\(sandbox ?? "auto"): \(outcome.text)")
            await service.answers("alpha 2")
            outcome.found = workspace.text(".deployer/scratch/alpha.verify/alpha/found") ?? ""
            outcome.isPoisoned =
                workspace.exists(".deployer/scratch/alpha/poison") || workspace.exists("feedback/poison")
        }
        return outcome
    }

    @Test(.enabled(if: Self.hasBubblewrap, "bubblewrap is not installed"))
    func aPatchSeesNoSecretAndPoisonsNoCache() async throws {
        let shut = try await tried(sandbox: "bubblewrap")
        #expect(shut.found.isEmpty && !shut.isPoisoned, "\(shut.found) \(shut.text)")
        // By itself, too; and what the test looks for is there to be found.
        let usual = try await tried(sandbox: nil)
        #expect(usual.found.isEmpty && !usual.isPoisoned, "\(usual.found) \(usual.text)")
        let open = try await tried(sandbox: "none")
        #expect(open.found.contains("a-very-secret-token") && open.isPoisoned, "\(open.text)")
    }

    private static let hasBubblewrap = ["/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test func withoutBubblewrapItIsSaidAndWhereItIsAMustNothingIsTried() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            var workspace = workspace
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            // A PATH with everything but bubblewrap.
            let tools = workspace.path("tools")
            try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
            for name in ["sh", "cat", "ls", "cp", "rm", "mv", "mkdir", "ln", "sleep"] {
                let file = try #require(
                    ["/usr/bin/\(name)", "/bin/\(name)"].first { FileManager.default.fileExists(atPath: $0) })
                try FileManager.default.createSymbolicLink(atPath: "\(tools)/\(name)", withDestinationPath: file)
            }
            workspace.environment["PATH"] = tools
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            workspace.environment["DISPATCHER_VERIFY_SANDBOX"] = "bubblewrap"
            try workspace.drop("fix", ["id": "fix", "description": "Greet anew", "patch": patch])
            let waiting = try await workspace.once()
            #expect(waiting.text.contains("bubblewrap is not installed"), "\(waiting.text)")
            #expect(workspace.exists("feedback/fix.json"))
            workspace.environment["DISPATCHER_VERIFY_SANDBOX"] = nil
            let tried = try await workspace.once()
            #expect(tried.text.contains("with all rights of the daemon"), "\(tried.text)")
            #expect(try workspace.verdict("applied/fix")["decision"] as? String == "applied", "\(tried.text)")
        }
    }
}
