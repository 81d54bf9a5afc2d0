import ForgeDoubles
import Foundation
import Model
import TestSupport
import Testing

/// The whole loop as a GitHub App, against the strict double: the App's tokens let git in and open pull requests, and everything that
/// people do there is noticed by webhooks alone.
@Suite(.serialized) struct GitHubAppTests {
    /// Tests that tell every wrong word and not only the first.
    private static let check = """
        n=0
        bad=0
        while read -r word; do
            n=$((n + 1))
            if [ "$word" = wrong ]; then echo "source.txt:$n:1: error: 'wrong' is no number"; bad=1; fi
        done < "$SOURCE/source.txt"
        exit $bad

        """

    private static func source(wrong: Range<Int>) -> String {
        (1...80).map { wrong.contains($0) ? "wrong\n" : "word\($0)\n" }.joined()
    }

    private static func files(_ service: Scripted) -> [String: String] {
        var files = service.files("alpha 1", check: check)
        files[service.path("build")] = ""
        files[service.path("source.txt")] = source(wrong: 0..<0)
        return files
    }

    @Test(.timeLimit(.minutes(5))) func anAppRepairsByPullRequestsAndHearsOfTheirEnds() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await GitHubSite.with(Self.files(service)) { site in
            let (workspace, double) = (site.workspace, site.double)
            let daemon = try Daemon(workspace)
            await daemon.says("cycle 1 succeeded")
            await service.answers("alpha 1")
            // Git was let in by the App's own token for this repository.
            #expect(!double.tokens.isEmpty && site.server.log.contains { $0.status == 200 })

            // What fails is told in logs, and no log opens a pull request.
            try await workspace.commit([service.path("source.txt"): Self.source(wrong: 10..<71)])
            try await site.tellOfPush(1)
            await daemon.says("cycle 2 failed")
            try await eventually("the log is published") { try await !workspace.published(".log").isEmpty }
            #expect(double.repository.requests.isEmpty)

            // One of 61 mended: better, and not green. Its draft says so, and a check shows what is left, fifty a request.
            let first = try await workspace.patch(service.path("source.txt"), to: Self.source(wrong: 11..<71))
            try workspace.drop("one", ["id": "one", "description": "Mend one word", "patch": first])
            let draft = try #require(await site.proposed("codex/one"), "\(daemon.text)")
            #expect(draft.isDraft)
            // With the report of the failure that it is an answer to.
            let body = draft.body ?? ""
            for part in ["### What went wrong", "<summary>Log</summary>", "'wrong' is no number", "Report: `2-alpha"] {
                #expect(body.contains(part), "\(part): \(body)")
            }
            await eventually("the check is complete") { double.repository.checks.first?.status == "completed" }
            let check = try #require(double.repository.checks.first)
            #expect(check.conclusion == "failure" && check.head == draft.head)
            let sent = double.server.requests.count { $0.contains("/check-runs") }
            #expect(check.annotations.count == 60 && sent == 2, "\(check.annotations.count) in \(sent)")
            #expect(check.annotations.first?["path"] == .string(service.path("source.txt")))
            await eventually("it has its label") { double.repository.requests.first?.labels == ["codex-deployer"] }
            let status = try await workspace.host("status")
            #expect(status.output.contains("PROPOSAL") && status.output.contains("open (draft)"), "\(status.text)")
            let document = try await workspace.host("status", "--json")
            #expect(document.output.contains(#""feedback" : "one""#) || document.output.contains(#""feedback":"one""#))
            #expect(document.output.contains("/pull/\(draft.number)"), "\(document.output)")

            // Somebody pushes to the branch: it is his from there on.
            try await site.push(to: "codex/one", service.path("note.txt"), "mine\n")
            try await site.tell("synchronize", draft)
            await daemon.says("is left alone from here on")
            await eventually("it is said there") { double.repository.requests[0].comments.count == 1 }
            #expect(double.repository.requests[0].comments[0].contains("leaves this pull request alone"))

            // Tokens that are taken away are had anew, for git and for the interface.
            double.revoke()
            let whole = try await workspace.patch(service.path("source.txt"), to: Self.source(wrong: 0..<0))
            try workspace.drop("all", ["id": "all", "description": "Mend them all", "patch": whole])
            let request = try #require(await site.proposed("codex/all"), "\(daemon.text)")
            #expect(!request.isDraft)
            await eventually("the check is complete") { double.repository.checks.last?.conclusion == "success" }
            try await site.merge(request)
            await daemon.says("was merged")
            await eventually("the outcome is told") {
                double.repository.requests.last?.comments.contains { $0.contains("Nothing was due") } == true
            }
            try await eventually("the branch is gone") { try await workspace.tip("codex/all") == nil }
            #expect(try await workspace.tip("codex/one") != nil)

            // Closed without a merge, it is remembered, and its branch goes as well.
            let worse = try await workspace.patch(service.path("greeting"), to: "alpha 3")
            try workspace.drop("worse", ["id": "worse", "description": "Greet worse", "patch": worse])
            let refused = try #require(await site.proposed("codex/worse"), "\(daemon.text)")
            // What failed before is mended by now.
            #expect(refused.body?.contains("### How it was judged") == true)
            #expect(refused.body?.contains("### What went wrong") == false, "\(refused.body ?? "")")
            double.change { $0.close(refused.number) }
            try await site.tell("closed", refused, more: #","merged":false"#)
            await daemon.says("was closed without a merge")
            try await eventually("its branch is gone") { try await workspace.tip("codex/worse") == nil }
            try workspace.drop("worse-2", ["id": "worse", "description": "Greet worse", "patch": worse])
            await eventually("it is answered as before") { !workspace.exists("feedback/worse-2.json") }
            // The same change by another name is refused, without a build.
            try workspace.drop("again", ["id": "worse-again", "description": "Greet worse", "patch": worse])
            await eventually("it is refused") { workspace.exists("feedback/rejected/again.verdict.json") }
            let again = try workspace.verdict("rejected/again")
            let reason = again["reason"] as? String ?? ""
            #expect(reason.contains("was closed without a merge") && reason.contains("/\(refused.number)"), "\(again)")
            await service.answers("alpha 1")
            #expect(double.repository.requests.count == 3)
            let left = try await workspace.host("status")
            #expect(!left.output.contains("PROPOSAL"), "\(left.text)")

            #expect(await daemon.stop() == 0, "\(daemon.text)")
            for token in double.tokens { #expect(!daemon.text.contains(token)) }
            let key = try String(contentsOfFile: site.keyFile, encoding: .utf8).split(separator: "\n")[1]
            #expect(!daemon.text.contains(key))
        }
    }

    @Test func aKeyThatCannotBeUsedIsSaidAtTheStart() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await GitHubSite.with(service.files("alpha 1")) { site in
            let cases: [(content: String?, mode: Int, words: String)] = [
                (nil, 0o600, "is not there"),
                ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", 0o640, "chmod 600"),
                ("hello\n", 0o600, "is no PEM file"),
                ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", 0o600, "holds no private key"),
                ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", 0o600, "cannot be used"),
            ]
            for (content, mode, words) in cases {
                try? FileManager.default.removeItem(atPath: site.keyFile)
                if let content {
                    try Data(content.utf8).write(to: URL(filePath: site.keyFile))
                    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: site.keyFile)
                }
                let result = try await site.workspace.once()
                #expect(result.status != 0 && result.errors.contains(words), "\(result.text)")
                #expect(!result.text.contains("AAAA"))
            }
            #expect(site.double.tokens.isEmpty)
        }
    }
}
