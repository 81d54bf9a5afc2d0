import Foundation
import Model
import TestSupport
import Testing

@testable import Repair

@Suite struct FeedbackInboxTests {
    private func inbox(_ folder: String, limit: Int = 1_000_000) throws -> FeedbackInbox {
        let inbox = FeedbackInbox(folder: folder + "/feedback", sizeLimit: limit) { String($0.count, radix: 16) }
        try FileManager.default.createDirectory(atPath: folder + "/feedback", withIntermediateDirectories: true)
        try inbox.prepare()
        return inbox
    }

    @Test func onlyFinishedJSONFilesAreSeenOldestFirst() async throws {
        try await ScratchDirectory.with { folder in
            let inbox = try inbox(folder)
            for name in ["b.json", "a.json", ".c.json", "notes.txt"] {
                try Data("{}".utf8).write(to: URL(filePath: "\(folder)/feedback/\(name)"))
                try await Task.sleep(for: .milliseconds(15))
            }
            #expect(try inbox.names() == ["b.json", "a.json"])
        }
    }

    @Test func linksHugeFilesAndFoldersAreUnacceptable() async throws {
        try await ScratchDirectory.with { folder in
            let inbox = try inbox(folder)
            let path = folder + "/feedback"
            try FileManager.default.createSymbolicLink(atPath: path + "/link.json", withDestinationPath: "/etc/passwd")
            _ = FileManager.default.createFile(atPath: path + "/huge.json", contents: nil)
            let handle = try FileHandle(forWritingTo: URL(filePath: path + "/huge.json"))
            try handle.truncate(atOffset: 100_000_000)
            try handle.close()
            mkfifo(path + "/pipe.json", 0o600)
            for (name, word) in [("link.json", "symbolic"), ("huge.json", "100000000 bytes"), ("pipe.json", "regular")]
            {
                guard case .unacceptable(_, let reason)? = try inbox.read(name) else {
                    Issue.record("\(name) was accepted")
                    continue
                }
                #expect(reason.contains(word), "\(reason)")
            }
            #expect(try inbox.read("nothing.json") == nil)
        }
    }

    @Test func aDecidedFileIsMovedWithItsVerdictAndNothingIsOverwritten() async throws {
        try await ScratchDirectory.with { folder in
            let inbox = try inbox(folder)
            for round in 1...3 {
                try Data("\(round)".utf8).write(to: URL(filePath: "\(folder)/feedback/x.json"))
                _ = try inbox.file("x.json", as: .rejected, verdict: Array("v\(round)".utf8))
            }
            #expect(try inbox.names().isEmpty)
            for (number, suffix) in [(1, ""), (2, "-2"), (3, "-3")] {
                let base = "\(folder)/feedback/rejected/x\(suffix)"
                #expect(try String(contentsOfFile: base + ".json", encoding: .utf8) == "\(number)")
                #expect(try String(contentsOfFile: base + ".verdict.json", encoding: .utf8) == "v\(number)")
            }
        }
    }

    @Test(arguments: [
        ("{", "line 1, column 2: it is no JSON: the file ends"), ("[]", "it is a list, not an object"),
        ("{\"patch\":\"x\"}", "\"description\" is missing"),
        (
            "{\n \"description\":1,\"patch\":\"x\"}",
            "line 2, column 16: \"description\" has the wrong type: it is the number 1"
        ),
        ("{\"description\":\"d\",\"patch\":\"\"}", "\"patch\" is empty"),
        ("{\"description\":\" \",\"patch\":\"x\"}", "\"description\" is empty"),
        ("{\"description\":\"d\",\"patch\":\"x\",\"id\":\"../x\"}", "cannot name a branch"),
        ("{\"description\":\"d\",\"patch\":\"x\",\"base\":\"main\"}", "\"base\" must be"),
        ("\u{0}\u{1}", "no JSON"), ("{\"patch\": \"x\",}", "line 1, column 15: it is no JSON"),
    ])
    func badDocumentsAreExplained(text: String, why: String) {
        let failure = #expect(throws: Failure.self) { try FeedbackDecoder.decode(Array(text.utf8), digest: "abc") }
        #expect(failure?.message.contains(why) == true, "\(String(describing: failure))")
    }

    @Test func anIdIsMadeOfTheContentWhereNoneIsGiven() throws {
        let feedback = try FeedbackDecoder.decode(
            Array("{\"description\":\"d\",\"patch\":\"x\"}".utf8), digest: "0123456789abcdef")
        #expect(feedback.id == "f-0123456789ab")
    }

    @Test(arguments: Verdict.Decision.allCases) func whatIsOfNoUseLiesAmongTheRejected(decision: Verdict.Decision)
        async throws
    {
        try await ScratchDirectory.with { folder in
            let inbox = try inbox(folder)
            try Data("{}".utf8).write(to: URL(filePath: "\(folder)/feedback/x.json"))
            let place = try inbox.file("x.json", as: decision, verdict: [])
            let isOfNoUse = [.rejected, .needsAnchor, .withdrawn].contains(decision)
            #expect(place == (isOfNoUse ? "rejected/x.json" : "applied/x.json"))
        }
    }
}
