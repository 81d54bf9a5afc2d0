import Foundation
import TestSupport
import Testing

/// Whoever may push gets no more of the machine's rights, by whatever way a file of a commit comes into feedback/.
@Suite struct CommittedFeedbackTests {
    private static let pause = "{\"description\": \"Stop\",\n\"action\": \"pause\",\n\"target\": \"alpha\"}\n"

    private func with(_ body: (Workspace, Scripted) async throws -> Void) async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await body(workspace, service)
        }
    }

    private func expectRefusal(_ workspace: Workspace, _ text: String) async throws {
        #expect(text.contains("a commit may not ask for 'pause'"), "\(text)")
        #expect(workspace.names("feedback/applied").isEmpty, "\(text)")
        let status = try await workspace.host("status")
        #expect(!status.output.contains("paused"), "\(status.text)")
    }

    /// git writes such a file with other line ends than the commit has.
    @Test func itsLineEndsAreNoWayToMoreRights() async throws {
        try await with { workspace, _ in
            try await workspace.commit([".gitattributes": "feedback/*.json text eol=crlf\n"])
            _ = try await workspace.once()
            try await workspace.commit(["feedback/stop.json": Self.pause])
            var text = try await workspace.once().text
            text += try await workspace.once().text
            try await expectRefusal(workspace, text)
        }
    }

    /// The inbox gives it another one.
    @Test func aNameThatIsNoTextIsNoWayToMoreRights() async throws {
        try await with { workspace, _ in
            let stream = """
                commit refs/heads/main
                committer E <e@localhost> 1700000000 +0000
                data 5
                Stop

                from refs/heads/main^0
                M 100644 inline "feedback/\\377.json"
                data \(Self.pause.utf8.count)
                \(Self.pause)

                """
            let file = workspace.folder + "/stream"
            try stream.write(toFile: file, atomically: true, encoding: .utf8)
            let result = try PeerCommand.run(
                ["git", "-C", workspace.originPath, "fast-import", "--quiet"], inputFile: file)
            try #require(result.status == 0, "\(result.text)")
            var text = try await workspace.once().text
            text += try await workspace.once().text
            try await expectRefusal(workspace, text)
        }
    }

    /// The file is there before the checkout stands at its commit: what comes behind it takes a while to write.
    @Test func aFileThatIsSeenBeforeItsCommitIsCheckedOutIsNoWayToMoreRights() async throws {
        try await with { workspace, _ in
            var workspace = workspace
            workspace.environment["DISPATCHER_INTERVAL"] = "1"
            let daemon = try Daemon(workspace)
            await daemon.says("watching origin")
            var files: [String: String?] = ["feedback/stop.json": Self.pause]
            for number in 0..<3000 { files["zz/\(number)"] = "\(number)\n" }
            try await workspace.commit(files)
            await eventually("it is decided") {
                !(workspace.names("feedback/rejected") + workspace.names("feedback/applied")).isEmpty
            }
            _ = await daemon.stop()
            try await expectRefusal(workspace, daemon.text)
        }
    }
}
