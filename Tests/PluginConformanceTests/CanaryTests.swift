import Model
import PluginConformance
import Testing

/// A secret that gets into a file or the state is found, whichever way it was given.
@Suite struct CanaryTests {
    private func examine(_ does: String) async throws -> ConformanceReport {
        try await HarnessFixture.examine(
            mock: [
                "MOCK_SCHEMA": #"",\"properties\":{\"token\":{\"type\":\"string\",\"sensitive\":true}}""#,
                "MOCK_RUN": "\"\(does)\"",
            ], filters: ["secret.canary"])
    }

    @Test func pluginThatKeepsItsSecretsPasses() async throws {
        let report = try await examine("nothing")
        #expect(report.result("secret.canary")?.word == "passed", "\(report.text)")
    }

    @Test func optionThatIsWrittenIntoAFileIsFound() async throws {
        let report = try await examine("write-option")
        let found = report.findings("secret.canary")
        #expect(
            found.contains("in plain text, the secret stands in the file 'scratch/settings.json'"), "\(report.text)")
        // By reference there is nothing to leak.
        #expect(!found.contains("by reference"), "\(report.text)")
    }

    @Test func secretThatIsRevealedAndWrittenIsFound() async throws {
        let report = try await examine("write-secret")
        let found = report.findings("secret.canary")
        #expect(found.contains("by reference, the secret stands in the file 'scratch/notes.txt'"), "\(report.text)")
    }

    @Test func secretInTheCheckpointIsFound() async throws {
        let report = try await examine("checkpoint-option")
        #expect(
            report.findings("secret.canary").contains("the secret stands in the checkpoint of 'build'"),
            "\(report.text)")
    }

    /// Secrets by name, as the variables of a service are given.
    @Test func secretInAMapOfThemIsFound() async throws {
        let report = try await HarnessFixture.examine(
            mock: [
                "MOCK_SCHEMA":
                    #"",\"properties\":{\"secrets\":{\"type\":\"object\",\"additionalProperties\":{\"sensitive\":true}}}""#,
                "MOCK_TOKEN_KEY": #""HARNESS_SECRET""#, "MOCK_RUN": #""write-option""#,
            ], filters: ["secret.canary"])
        let found = report.findings("secret.canary")
        #expect(found.contains("the secret stands in the file 'scratch/settings.json'"), "\(report.text)")
    }
}
