import Foundation
import Testing

/// What lies in the inbox and is no feedback.
@Suite struct InboxOddityTests {
    @Test func aThousandBrokenFilesHoldUpNoGoodOne() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            for number in 1...1000 {
                try workspace.write("feedback/bad\(number).json", "{\"description\": \"half \(number)")
            }
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            try workspace.drop("good", ["id": "good", "description": "Greet anew", "patch": patch])
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text.suffix(2000))")
            #expect(try workspace.verdict("applied/good")["decision"] as? String == "applied")
            #expect(workspace.names("feedback") == ["applied", "rejected"])
            #expect(workspace.names("feedback/rejected").count { $0.hasSuffix(".verdict.json") } == 1000)
            // It came last and was the first to be taken up.
            let begun = try #require(result.text.range(of: "feedback 'good': Greet anew"))
            let refused = try #require(result.text.range(of: ".json' rejected: "))
            #expect(begun.lowerBound < refused.lowerBound)
            // All of them are published, in a few commits.
            #expect(try await !workspace.published("verdict.json").isEmpty)
        }
    }

    @Test func whatCanBeNoFeedbackIsToldOfOnceAndNothingBlocks() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            let folder = workspace.path("feedback")
            try FileManager.default.createDirectory(atPath: folder + "/x.json", withIntermediateDirectories: true)
            try workspace.write("feedback/UPPER.JSON", "{}")
            try workspace.write("feedback/unfinished.json.part", "{}")
            mkfifo(folder + "/pipe.json", 0o600)
            // Where a verdict would lie, and would be read.
            mkfifo(folder + "/pipe.verdict.json", 0o600)
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/zero.verdict.json", withDestinationPath: "/dev/zero")
            try workspace.write("feedback/two\nlines.json", "no JSON")
            try workspace.write("feedback/\(String(repeating: "n", count: 250)).json", "no JSON")
            let daemon = try Daemon(workspace)
            await daemon.says("'feedback/x.json' is left alone: it is a folder; put the file itself into feedback/")
            await daemon.says("'feedback/UPPER.JSON' is left alone: its name has to end in '.json', in small letters")
            await daemon.says("feedback 'pipe.json' rejected: it is no regular file")
            await daemon.says("feedback 'two^Jlines.json' rejected: ")
            await daemon.says("feedback '\(String(repeating: "n", count: 250)).json' rejected: ")
            // More looks, and no more words.
            for number in 1...3 {
                try workspace.write("feedback/later\(number).json", "no JSON")
                await daemon.says("feedback 'later\(number).json' rejected: ")
            }
            await service.answers("alpha 1")
            for name in ["x.json", "UPPER.JSON", "pipe.json"] {
                #expect(daemon.text.components(separatedBy: "\(name)' ").count == 2, "\(name): \(daemon.text)")
            }
            #expect(!daemon.text.contains("unfinished"))
            let list = try await workspace.host(["feedback", "list"])
            #expect(list.status == 0, "\(list.text)")
            for line in [
                "x.json  left alone: it is a folder", "UPPER.JSON  left alone: its name",
                "pipe.json  rejected: it is no regular file",
            ] {
                #expect(list.output.contains(line), "\(line): \(list.output)")
            }
            // Neither waits for the pipe's writer nor reads a device to its end.
            let zero = try await workspace.host(["feedback", "show", "zero"])
            #expect(zero.status != 0 && zero.text.contains("nothing is known of a feedback 'zero'"), "\(zero.text)")
            let pipe = try await workspace.host(["feedback", "show", "pipe"])
            #expect(pipe.text.contains("it is no regular file"), "\(pipe.text)")
            #expect(await daemon.stop() == 0)
        }
    }
}
