import Foundation
import Git
import Model
import Testing

/// A failure that is worked on by itself: an agent is asked, its patch tried, and the end is an end.
@Suite(.serialized) struct CoderLoopTests {
    /// A workspace whose service does not build, and an agent that is the given script: `$RUN` counts its runs, and it stands in
    /// the working tree.
    private func with(
        _ script: String, attempts: Int = 3, proposes: Bool = false, coders: String = "", service settings: String = "",
        _ body: (Workspace, Scripted) async throws -> Void
    ) async throws {
        let service = try await Scripted.services("alpha")[0]
        let folder = FileManager.default.temporaryDirectory.path + "/deployer-agent-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let agent = """
            RUN=$(($(cat \(folder)/runs 2>/dev/null || echo 0) + 1)); echo $RUN > \(folder)/runs
            cp "$1" \(folder)/prompt-$RUN
            cd repos/alpha
            \(script)

            """
        try agent.write(toFile: folder + "/agent", atomically: true, encoding: .utf8)
        var files = service.files("alpha 1")
        files["shared/words.txt"] = "fourth\n"
        files["deployer.yaml"] = """
            coder: command
            coders: {command: [/bin/sh, \(folder)/agent, "{prompt_file}"], attempts: \(attempts)\(coders)}
            services: {alpha: {kind: scripted\(settings)}}

            """
        let environment = [
            "DISPATCHER_USE_PRS": proposes ? "1" : "0", "DISPATCHER_CODER_SANDBOX": "none", "AGENT": folder,
        ]
        try await Workspace.with(files, environment: environment) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("source.txt"): Scripted.brokenSource])
            try await body(workspace, service)
        }
    }

    private func runs(_ workspace: Workspace) -> Int {
        let path = (workspace.environment["AGENT"] ?? "") + "/runs"
        return (try? String(contentsOfFile: path, encoding: .utf8))
            .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    }

    private func prompt(_ number: Int, _ workspace: Workspace) -> String {
        let path = (workspace.environment["AGENT"] ?? "") + "/prompt-\(number)"
        return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    @Test func anAgentMendsABuildAndTheNextCycleDeploysIt() async throws {
        try await with("sed -i s/wrong/fourth/ source.txt") { workspace, service in
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(failed.output.contains("the coder's patch is good"), "\(failed.text)")
            #expect(runs(workspace) == 1)
            #expect(prompt(1, workspace).contains("'wrong' is no number"))
            #expect(
                try await workspace.content(service.path("source.txt"))
                    == Scripted.source.replacing("four", with: "fourth"))
            // The agent has said nothing: the commit says what it did, and no changelog is begun where none was asked for.
            let tip = try #require(try await workspace.tip())
            let message = try await workspace.origin.commit(tip).message
            #expect(message.hasPrefix("Change source.txt\n\nMend the build of alpha.\n"), "\(message)")
            #expect(try await workspace.content(service.path("CHANGELOG.md")) == nil)
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
            #expect(runs(workspace) == 1)
        }
    }

    @Test func anEntryGoesIntoTheChangelogWhereTheWorkspaceAsks() async throws {
        try await with("sed -i s/wrong/fourth/ source.txt", coders: ", changelog: true") { workspace, service in
            let failed = try await workspace.once()
            #expect(failed.output.contains("the coder's patch is good"), "\(failed.text)")
            let text = try await workspace.content(service.path("CHANGELOG.md")) ?? ""
            #expect(text.contains("## [Unreleased]") && text.contains("- Mend the build of alpha"), "\(text)")
        }
    }

    /// What the service is made of beside its folder is there, what is not is not; and only the folder's changes are taken.
    @Test(arguments: [true, false]) func anAgentHasTheInputsOfItsService(hasInputs: Bool) async throws {
        let script =
            "word=$(cat ../../shared/words.txt) || exit 1; echo x >> ../../shared/words.txt; sed -i s/wrong/$word/ source.txt"
        let inputs = hasInputs ? ", inputs: [\"shared/**\"]" : ""
        try await with(script, attempts: 1, service: inputs) { workspace, service in
            let failed = try await workspace.once()
            #expect(failed.output.contains("the coder's patch is good") == hasInputs, "\(failed.text)")
            guard hasInputs else { return }
            #expect(
                try await workspace.content(service.path("source.txt"))
                    == Scripted.source.replacing("four", with: "fourth"))
            #expect(try await workspace.content("shared/words.txt") == "fourth\n")
        }
    }

    @Test func aSecondAttemptIsToldWhyTheFirstOneFailed() async throws {
        let script = "if [ $RUN = 1 ]; then echo x >> source.txt; else sed -i s/wrong/fourth/ source.txt; fi"
        try await with(script, proposes: true) { workspace, service in
            let failed = try await workspace.once()
            #expect(failed.output.contains("the coder's patch is good"), "\(failed.text)")
            #expect(runs(workspace) == 2)
            let second = prompt(2, workspace)
            #expect(second.contains("+x") && second.contains("still"), "\(second.suffix(4000))")
            // Proposed, and nothing more is done about it.
            #expect(try await workspace.content(service.path("source.txt")) == Scripted.brokenSource)
            let again = try await workspace.once()
            #expect(again.status == 1 && runs(workspace) == 2, "\(again.text)")
        }
    }

    @Test func oneThatNeverSucceedsStopsAfterItsBudget() async throws {
        try await with("echo $RUN >> source.txt", attempts: 3) { workspace, _ in
            let failed = try await workspace.once()
            #expect(failed.output.contains("no coder is asked any more: 3 attempts were made"), "\(failed.text)")
            #expect(runs(workspace) == 3)
            let again = try await workspace.once()
            #expect(again.status == 1 && runs(workspace) == 3, "\(again.text)")
            #expect(workspace.names("feedback/rejected").filter { $0.hasSuffix(".verdict.json") }.count == 3)
        }
    }

    @Test func oneThatCouldNotBeStartedIsAskedAgainAfterARetry() async throws {
        try await with("sed -i s/wrong/fourth/ source.txt") { workspace, service in
            let agent = (workspace.environment["AGENT"] ?? "") + "/agent"
            let command = "DISPATCHER_CODER_COMMAND=\(agent)-away {prompt_file}\n"
            try workspace.write("dispatcher.env", command)
            let failed = try await workspace.once()
            #expect(failed.output.contains("no coder is asked any more"), "\(failed.text)")
            try "#!/bin/sh\nexec /bin/sh \(agent) \"$1\"\n".write(
                toFile: agent + "-away", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: agent + "-away")
            // The operator has mended it, where no setting tells, and says so; until then nothing is asked a second time.
            #expect(try await workspace.once().status == 1 && runs(workspace) == 0)
            #expect(try await workspace.host("retry", "alpha").status == 0)
            let again = try await workspace.once()
            #expect(again.output.contains("the coder's patch is good") && runs(workspace) == 1, "\(again.text)")
        }
    }

    @Test func oneThatAlternatesBetweenTwoWrongPatchesIsStopped() async throws {
        try await with("echo $((RUN % 2)) >> source.txt", attempts: 9) { workspace, _ in
            let failed = try await workspace.once()
            #expect(failed.output.contains("goes round in circles"), "\(failed.text)")
            #expect(runs(workspace) == 3)
        }
    }

    @Test func whatAnAgentMayNotTouchIsRefused() async throws {
        try await with("mkdir -p .github; echo x > .github/ci.yml; sed -i s/wrong/fourth/ source.txt", attempts: 1) {
            workspace, service in
            let failed = try await workspace.once()
            #expect(failed.output.contains("continuous integration"), "\(failed.text)")
            #expect(try await workspace.content(service.path("source.txt")) == Scripted.brokenSource)
        }
    }

    @Test func theHoursAttemptsAreCountedFromOneRunToTheNext() async throws {
        try await with("echo $RUN >> source.txt", attempts: 9) { workspace, _ in
            var workspace = workspace
            workspace.environment["DISPATCHER_CODER_ATTEMPTS_PER_HOUR"] = "2"
            for _ in 0..<2 {
                let failed = try await workspace.once()
                #expect(failed.status == 1 && runs(workspace) == 2, "\(failed.text)")
            }
        }
    }

    @Test func aPatchThatIsTooLargeForTheInboxIsAnAttemptAndNoPartOfItIsTried() async throws {
        let script = "head -c 1500000 /dev/zero | tr '\\0' 'x' | fold >> source.txt"
        try await with(script, attempts: 2) { workspace, _ in
            let failed = try await workspace.once()
            #expect(failed.output.contains("no coder is asked any more"), "\(failed.text)")
            #expect(runs(workspace) == 2)
            #expect(
                prompt(2, workspace).contains("more than fits into a feedback"), "\(prompt(2, workspace).suffix(2000))")
            #expect(workspace.names("feedback/rejected").isEmpty)
            let again = try await workspace.once()
            #expect(again.status == 1 && runs(workspace) == 2, "\(again.text)")
        }
    }

    @Test func aDaemonHasAFailureMendedWhileItGoesOn() async throws {
        try await with("sed -i s/wrong/fourth/ source.txt") { workspace, service in
            var workspace = workspace
            workspace.environment["DISPATCHER_INTERVAL"] = "1"
            let daemon = try Daemon(workspace)
            await daemon.says("the coder's patch is good")
            await daemon.says("cycle 3 succeeded")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(runs(workspace) == 1)
        }
    }
}
