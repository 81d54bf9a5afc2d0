import Foundation
import Model
import Testing

/// `host feedback submit` as a person uses it: actions, dry runs, bases by name, verdicts that are read.
@Suite(.serialized) struct FeedbackActionCommandTests {
    private static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test func everyActionIsAskedForAndItsVerdictWaitedFor() async throws {
        let service = try await Scripted.services("alpha")[0]
        let settings = ["DISPATCHER_USE_PRS": "0", "DISPATCHER_INTERVAL": "1"]
        try await Workspace.with(service.files("alpha 1"), environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            let daemon = try Daemon(workspace)
            await service.answers("alpha 2")
            for action in ["restart", "redeploy", "pause", "resume", "rollback"] {
                let asked = try await workspace.host(
                    "feedback", "submit", "--action", action, "--target", "alpha", "--wait")
                #expect(asked.status == 0 && asked.output.contains(": accepted: "), "\(asked.text)")
                let isNote = ["pause", "resume"].contains(action)
                #expect(
                    asked.output.contains(isNote ? "  done at once" : "  carried out in cycle "), "\(asked.text)")
            }
            await service.answers("alpha 1")
            let list = try Self.json(try await workspace.host("feedback", "list", "--json").output)
            let entries = try #require(list["feedback"] as? [[String: Any]])
            #expect(entries.count == 5 && entries.allSatisfy { $0["decision"] as? String == "accepted" }, "\(entries)")

            // What cannot be done is said, and ends with 1.
            let refused = try await workspace.host(
                "feedback", "submit", "--action", "restart", "--target", "alhpa", "-d", "Try it", "--id", "no-alhpa",
                "--wait", "--json")
            let verdict = try #require(try Self.json(refused.output)["verdict"] as? [String: Any], "\(refused.text)")
            #expect(refused.status == 1 && verdict["decision"] as? String == "rejected", "\(refused.text)")
            #expect((verdict["reason"] as? String)?.contains("alhpa") == true, "\(verdict)")
            let shown = try await workspace.host("feedback", "show", "no-alhpa")
            #expect(shown.status == 0 && shown.output.contains("no-alhpa: rejected: "), "\(shown.text)")
            let again = try await workspace.host("feedback", "retry", "no-alhpa", "--wait", "--json")
            let retried = try Self.json(again.output)["id"] as? String
            #expect(again.status == 1 && retried == "no-alhpa-2", "\(again.text)")
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func aDryRunIsTriedFromANamedCommitAndAVerdictCanBeRead() async throws {
        let service = try await Scripted.services("alpha")[0]
        let settings = ["DISPATCHER_USE_PRS": "0", "DISPATCHER_INTERVAL": "1"]
        try await Workspace.with(service.files("alpha 1"), environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await daemon.says("cycle 1 succeeded")
            let tip = try #require(try await workspace.tip())
            try workspace.write("fix.patch", try await workspace.patch(service.path("greeting"), to: "alpha 2"))
            let tried = try await workspace.host(
                "feedback", "submit", "fix.patch", "-d", "Greet anew", "--base", String(tip.hex.prefix(10)),
                "--dry-run",
                "--wait", "--id", "dry")
            #expect(tried.status == 0 && tried.output.contains("dry: verified: "), "\(tried.text)")
            #expect(try await workspace.tip() == tip)
            let verdict = try workspace.verdict("applied/dry")
            #expect(verdict["base"] as? String == tip.hex)

            try workspace.write(
                "wrong.patch", try await workspace.patch(service.path("source.txt"), to: Scripted.brokenSource))
            let rejected = try await workspace.host("feedback", "submit", "wrong.patch", "-d", "Break it", "--wait")
            #expect(rejected.status == 1 && rejected.output.contains(": rejected: "), "\(rejected.text)")
            #expect(rejected.output.contains("new: source.txt:4:1: error: 'wrong' is no number"), "\(rejected.text)")

            // A snippet and its place, without a document around them.
            try workspace.write("line.txt", "alpha 3")
            let placed = try await workspace.host(
                "feedback", "submit", "line.txt", "-d", "Greet", "--target", service.path("greeting"), "--format",
                "snippet",
                "--replace", "alpha 1", "--wait")
            #expect(placed.status == 0 && placed.output.contains(": applied: "), "\(placed.text)")
            await service.answers("alpha 3")
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func whatMakesNoSenseIsRefusedWithTwo() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try workspace.write("fix.patch", "--- a\n+++ b\n")
            let cases: [(arguments: [String], words: String)] = [
                ([], "give the file of a patch"), (["--action", "restart"], "needs --target"),
                (["--action", "reboot", "--target", "alpha"], "reboot"),
                (["fix.patch", "--action", "restart", "--target", "alpha"], "not a file"),
                (["--action", "pause", "--target", "alpha", "--dry-run"], "not --dry-run"),
                (["--action", "pause", "--target", "alpha", "--base", "HEAD"], "not --base"),
                (["fix.patch", "-d", "x", "--base", "nowhere"], "'nowhere' is no commit"),
                (["fix.patch", "-d", "x", "--format", "odd"], "\"format\""),
                (["fix.patch", "-d", "x", "--line", "0"], "counts from 1"),
                (["fix.patch", "-d", "x", "--line", "3", "--replace", "y"], "choose one"),
                (["fix.patch", "-d", "x", "--diagnostic-id", "y"], "16 hexadecimal digits"),
            ]
            for (arguments, words) in cases {
                let result = try await workspace.host(["feedback", "submit"] + arguments)
                #expect(result.status == 2 && result.errors.contains(words), "\(arguments): \(result.text)")
            }
            #expect(workspace.names("feedback").filter { !["applied", "rejected"].contains($0) }.isEmpty)
        }
    }
}
