import Foundation
import TestSupport
import Testing

/// Where a secret can be found after a test.
enum Secrecy {
    /// Looks through every file of the test, the log branch and the server's requests, also for the secret as basic
    /// authentication writes it.
    static func expect(_ token: String, onlyIn file: String, of workspace: Workspace, _ server: GitHTTPServer)
        async throws
    {
        let coded = Data("x-access-token:\(token)".utf8).base64EncodedString()
        for form in [token, coded] {
            let found = try PeerCommand.run(["grep", "-rlaF", "--", form, workspace.folder]).text
                .split(separator: "\n").map(String.init)
            let expected = form == token ? [workspace.path(file)] : []
            #expect(found == expected, "the secret lies in \(found)")
            for published in try await workspace.published("") {
                #expect(!published.text.contains(form), "the secret was pushed in \(published.path)")
            }
            for entry in server.log { #expect(!entry.target.contains(form), "the secret is part of \(entry.target)") }
        }
        #expect(server.log.contains { $0.authorization == "Basic " + coded }, "the secret was never needed")
    }
}
