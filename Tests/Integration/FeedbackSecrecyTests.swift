import Foundation
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
}
