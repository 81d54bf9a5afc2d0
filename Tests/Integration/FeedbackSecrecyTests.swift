import Foundation
import Git
import TestSupport
import Testing

@Suite struct FeedbackSecrecyTests {
    @Test func aSecretInAFeedbackIsNotShown() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", "GITHUB_TOKEN=a-very-secret-token\n", mode: 0o600)
            try workspace.drop("told", ["id": "told", "description": "Use a-very-secret-token here", "patch": "none"])
            let result = try await workspace.once()
            #expect(result.text.contains("feedback 'told'"), "\(result.text)")
            #expect(!result.text.contains("a-very-secret-token"), "\(result.text)")
        }
    }

    /// A reason quotes what the sender wrote: the target, a member that nobody knows, a file's name.
    @Test(arguments: [
        ["id": "told", "description": "Use it", "target": "a-very-secret-token/x.swift", "patch": "let a = 1\n"],
        ["id": "told", "description": "Use it", "a-very-secret-token": "1", "patch": "let a = 1\n"],
        ["id": "a-very-secret-token", "description": "Use it", "patch": "none"],
    ]) func neitherTheLogBranchNorTheVerdictBesideTheFileShowsIt(members: [String: String]) async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", "GITHUB_TOKEN=a-very-secret-token\n", mode: 0o600)
            try workspace.drop("told", members)
            let result = try await workspace.once()
            #expect(!result.text.contains("a-very-secret-token"), "\(result.text)")

            let beside = try #require(workspace.text("feedback/rejected/told.verdict.json"))
            #expect(beside.contains("***") && !beside.contains("a-very-secret-token"), "\(beside)")
            let verdicts = try await workspace.published("verdict.json")
            #expect(verdicts.map(\.text) == [beside])
            for file in try await workspace.published("") {
                #expect(!file.path.contains("a-very-secret-token") && !file.text.contains("a-very-secret-token"))
            }
            let tip = try #require(try await workspace.tip("deployer/logs"))
            #expect(try await !workspace.origin.commit(tip).message.contains("a-very-secret-token"))
        }
    }
}
