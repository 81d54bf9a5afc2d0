import Foundation
import Model
import Testing

/// A feedback that is sent again, waits, or goes away; and findings that a request does not hide.
@Suite(.serialized) struct FeedbackAgainTests {
    private static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test func aRestartHidesNoFindingAndASnippetIsAppliedOnce() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("source.txt"): Scripted.brokenSource])
            #expect(try await workspace.once().status == 1)
            try workspace.drop("anew", ["description": "Help it", "action": "restart", "target": "alpha"])
            _ = try await workspace.once()
            _ = try await workspace.once()
            #expect(workspace.log.contains("restart: asked for by"), "\(workspace.log)")

            let report = try Self.json(try await workspace.host("report", "alpha", "--json").output)
            #expect(report["resolved"] == nil)
            let finding = try #require((report["diagnostics"] as? [[String: Any]])?.first?["id"] as? String)
            let snippet = [
                "description": "Count on", "target": "alpha/source.txt", "patch": "vier\n", "diagnosticId": finding,
            ]
            try workspace.drop("mend", snippet)
            let tried = try await workspace.once()
            try #require(workspace.exists("feedback/applied/mend.verdict.json"), "\(tried.text)")
            let first = try workspace.verdict("applied/mend")
            #expect(first["decision"] as? String == "applied", "\(first)")
            _ = try await workspace.once()

            // The failure is over, and whoever reads of it is told.
            let tip = try #require(try await workspace.tip())
            let text = try await workspace.host("report")
            #expect(text.output.contains("since then: deployed as \(tip.short) in cycle "), "\(text.text)")
            let over = try Self.json(try await workspace.host("report", "--json").output)
            #expect((over["resolved"] as? [String: Any])?["revision"] as? String == tip.hex)

            try await workspace.commit([service.path("source.txt"): Scripted.brokenSource])
            #expect(try await workspace.once().status == 1)
            #expect(try await !workspace.host("report").output.contains("since then"))
            try await workspace.commit([
                service.path("source.txt"): Scripted.source.replacing("four", with: "vier")
            ])
            #expect(try await workspace.once().status == 0)
            let reverted = try await workspace.host("report")
            #expect(
                reverted.output.contains("since then: the sources are again those of \(tip.short)"),
                "\(reverted.text)")

            try workspace.drop("again", snippet)
            let again = try await workspace.once()
            try #require(workspace.exists("feedback/applied/again.verdict.json"), "\(again.text)")
            let second = try workspace.verdict("applied/again")
            #expect(second["decision"] as? String == "already-applied", "\(second)")
            #expect(second["commit"] as? String == first["commit"] as? String)
            let id = try #require(first["feedback"] as? String)
            let shown = try await workspace.host("feedback", "show", id)
            #expect(shown.output.hasPrefix("\(id): applied: "), "\(shown.text)")
            // A dry run under a used id says what it found, and takes nothing away.
            var trial: [String: Any] = snippet
            (trial["id"], trial["dryRun"]) = (id, true)
            let data = try JSONSerialization.data(withJSONObject: trial)
            try workspace.write("feedback/trial.json", String(decoding: data, as: UTF8.self))
            _ = try await workspace.once()
            let still = try await workspace.host("feedback", "show", id)
            #expect(still.output == shown.output, "\(still.text)")
        }
    }

    @Test func whatWaitsSaysWhyAndWhatIsTakenAwayIsClosed() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            let feedback = ["id": "fix", "description": "Greet anew", "patch": patch]
            try workspace.drop("fix", feedback)
            let origin = "\(workspace.root)-away"
            try await workspace.setOrigin("file://\(origin)")
            let waiting = try await workspace.once()
            #expect(waiting.text.contains("'fix.json' waits"), "\(waiting.text)")
            for command in [["feedback", "show", "fix"], ["feedback", "list"], ["status"]] {
                let result = try await workspace.host(command)
                #expect(
                    result.output.contains("waits: ") && result.output.contains("tried again at"), "\(result.text)")
            }
            let status = try Self.json(try await workspace.host("status", "--json").output)
            let item = try #require((status["feedback"] as? [[String: Any]])?.first)
            #expect(item["waits"] is String && item["retryAt"] is String, "\(item)")

            try FileManager.default.removeItem(atPath: workspace.path("feedback/fix.json"))
            let closed = try await workspace.once()
            #expect(closed.text.contains("'fix' is closed"), "\(closed.text)")
            let shown = try await workspace.host("feedback", "show", "fix")
            #expect(shown.output.contains("fix: withdrawn: its file was taken out of the inbox"), "\(shown.text)")
            #expect(try await workspace.host("feedback", "list", "--open").output == "nothing is open\n")
            let after = try Self.json(try await workspace.host("status", "--json").output)
            #expect((after["feedback"] as? [Any])?.isEmpty == true)

            // The id is not used up: nothing was decided on what it named.
            try await workspace.setOrigin(workspace.originPath)
            try workspace.drop("fix", feedback)
            _ = try await workspace.once()
            #expect(try workspace.verdict("applied/fix")["decision"] as? String == "applied")
        }
    }

    @Test func whatIsRejectedUnreadIsListed() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            try workspace.write("feedback/half.json", "{\"description\": ")
            try FileManager.default.createSymbolicLink(
                atPath: workspace.path("feedback/link.json"), withDestinationPath: "/etc/hostname")
            _ = try await workspace.once()
            let list = try await workspace.host("feedback", "list")
            #expect(list.output.contains("  half.json  rejected: "), "\(list.text)")
            #expect(list.output.contains("  link.json  rejected: it is a symbolic link"), "\(list.text)")
            let open = try await workspace.host("feedback", "list", "--open")
            #expect(open.output == "nothing is open\n", "\(open.text)")
        }
    }
}
