import Foundation
import Git
import Model
import Testing

/// Feedback from the command line, beside a daemon and without one.
@Suite(.serialized) struct FeedbackCommandTests {
    private static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test func aPatchIsSubmittedDecidedListedAndShown() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            try workspace.write("fix.patch", patch)

            // Nobody is there to decide it: that is said, and not waited for.
            let sent = try await workspace.host(
                "feedback", "submit", "fix.patch", "--description", "Greet anew", "--id", "greet", "--wait")
            #expect(sent.status == 1 && sent.output.contains("no daemon runs"), "\(sent.text)")
            let document = try Self.json(try #require(workspace.text("feedback/greet.json")))
            #expect(document["patch"] as? String == patch && document["description"] as? String == "Greet anew")
            #expect(workspace.names("feedback").filter { $0.hasSuffix(".part") }.isEmpty)
            let open = try await workspace.host("feedback", "list", "--open", "--json")
            let waiting = try Self.json(open.output)["feedback"] as? [[String: Any]]
            #expect(waiting?.map { $0["state"] as? String } == ["waiting"], "\(open.text)")

            #expect(try await workspace.once().status == 0)
            let shown = try await workspace.host("feedback", "show", "greet", "--json", "--wait")
            let verdict = try Self.json(shown.output)["verdict"] as? [String: Any]
            #expect(shown.status == 0 && verdict?["decision"] as? String == "applied", "\(shown.text)")
            let list = try await workspace.host("feedback", "list")
            #expect(list.status == 0 && list.output.contains("greet  applied"), "\(list.text)")
            #expect(try await workspace.host("feedback", "list", "--open").output == "nothing is open\n")
            await service.answers("alpha 2")
        }
    }

    @Test func aDocumentMayComeFromStandardInputAndADaemonDecidesIt() async throws {
        let service = try await Scripted.services("alpha")[0]
        let settings = ["DISPATCHER_USE_PRS": "0", "DISPATCHER_INTERVAL": "1"]
        try await Workspace.with(service.files("alpha 1"), environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await daemon.says("cycle 1 succeeded")
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            let text = String(
                decoding: try JSONSerialization.data(withJSONObject: ["description": "Old words", "patch": patch]),
                as: UTF8.self)
            try workspace.write("fix.json", text)
            let sent = try await HostProcess.run(
                [
                    "-c", "exec \"$0\" feedback submit - --description 'New words' --wait --json <fix.json",
                    workspace.program,
                ],
                in: workspace.root, environment: workspace.environment, program: "/bin/sh")
            let answer = try Self.json(sent.output)
            #expect(sent.status == 0 && answer["state"] as? String == "decided", "\(sent.text)")
            let commit = try #require(try await workspace.tip())
            #expect(try await workspace.origin.commit(commit).message.hasPrefix("New words\n"))
            await service.answers("alpha 2")

            // What is rejected ends with 1, and can be sent again once its reason is gone.
            let late = try await workspace.patch(service.path("greeting"), to: "alpha 3")
            try await workspace.commit([service.path("greeting"): "somebody else's"])
            try workspace.write("late.patch", late)
            let rejected = try await workspace.host(
                "feedback", "submit", "late.patch", "-d", "Greet thrice", "--id", "thrice", "--wait")
            #expect(rejected.status == 1 && rejected.output.contains("thrice: rejected"), "\(rejected.text)")
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            let again = try await workspace.host("feedback", "retry", "thrice", "--wait", "--json")
            let retried = try Self.json(again.output)
            #expect(again.status == 0 && retried["id"] as? String == "thrice-2", "\(again.text)")
            #expect((retried["verdict"] as? [String: Any])?["decision"] as? String == "applied")
            #expect(workspace.exists("feedback/rejected/thrice.json"))
            await service.answers("alpha 3")

            // What comes under a used id is not tried, and whoever sent it is told so. A retry is of what was rejected.
            try workspace.write("other.patch", try await workspace.patch(service.path("greeting"), to: "alpha 4"))
            let other = try await workspace.host(
                "feedback", "submit", "other.patch", "-d", "Greet otherwise", "--id", "thrice", "--wait")
            #expect(other.status == 1 && other.output.contains("decided before"), "\(other.text)")
            let first = try await workspace.host("feedback", "retry", "thrice", "--wait", "--json")
            let verdict = try Self.json(first.output)["verdict"] as? [String: Any]
            #expect(verdict?["decision"] as? String == "already-applied", "\(first.text)")
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func whatTheInboxWouldNotTakeIsRefusedWithTwo() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try workspace.write("fix.patch", "--- a\n+++ b\n")
            try workspace.write("empty.patch", "  \n")
            try workspace.write("half.json", "{\"description\": \"x\"")
            try workspace.write("bare.json", "{\"description\": \"x\"}")
            try workspace.write("huge.patch", String(repeating: "x", count: 2 << 20))
            let cases: [(arguments: [String], words: String)] = [
                (["fix.patch"], "not said"), (["none.patch", "-d", "x"], "cannot be read: No such file or directory"),
                (["repos", "-d", "x"], "cannot be read: Is a directory"),
                (["empty.patch", "-d", "x"], "is empty"),
                (["half.json", "-d", "x"], "begins like a JSON object"),
                (["bare.json"], "neither a patch nor an action"),
                (["huge.patch", "-d", "x"], "1048576 bytes"),
                (["fix.patch", "-d", "x", "--id", "../../x"], "cannot name a branch"),
                (["fix.patch", "-d", "x", "--id", ".hidden"], "cannot name a branch"),
                (["fix.patch", "-d", "x", "--timeout", "0"], "1 to 86400"),
            ]
            for (arguments, words) in cases {
                let result = try await workspace.host(["feedback", "submit"] + arguments)
                #expect(result.status == 2 && result.errors.contains(words), "\(arguments): \(result.text)")
            }
            for command in ["show", "retry"] {
                let result = try await workspace.host("feedback", command, "nobody")
                #expect(result.status == 2 && result.errors.contains("nothing is known"), "\(result.text)")
            }
            #expect(workspace.names("feedback").filter { !["applied", "rejected"].contains($0) }.isEmpty)
        }
    }

    /// What lies in the inbox is written over by nobody, and only what is asked for twice is done twice.
    @Test func filesInTheInboxStayWhatTheyAre() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try workspace.write("fix.patch", "--- a\n+++ b\n")
            try workspace.write("act.json", #"{"description": "x", "action": "restart", "target": "alpha"}"#)
            var ids: [String] = []
            for arguments in [
                ["fix.patch", "-d", "x", "--id", "fix"], ["fix.patch", "-d", "y", "--id", "fix", "--dry-run"],
                ["fix.patch", "-d", "x"], ["fix.patch", "-d", "x"], ["act.json"], ["act.json"],
            ] {
                let sent = try await workspace.host(["feedback", "submit", "--json"] + arguments)
                #expect(sent.status == 0, "\(sent.text)")
                ids.append(try Self.json(sent.output)["id"] as? String ?? "")
            }
            #expect(ids[0] == "fix" && ids[1] == "fix" && ids[2] == ids[3] && ids[2].hasPrefix("f-"), "\(ids)")
            #expect(ids[4] != ids[5] && ids[4].hasPrefix("restart-"), "\(ids)")
            let documents = try workspace.names("feedback").filter { $0.hasSuffix(".json") }.map {
                try Self.json(try #require(workspace.text("feedback/\($0)")))
            }
            #expect(documents.count == 6)
            #expect(documents.filter { $0["id"] == nil }.count == 2)
            #expect(documents.filter { $0["dryRun"] as? Bool == true }.map { $0["description"] as? String } == ["y"])
        }
    }
}
