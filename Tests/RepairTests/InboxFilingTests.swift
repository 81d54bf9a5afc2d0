import Foundation
import Model
import TestSupport
import Testing

@testable import Repair

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files with difficult names, and filing that was cut off.
@Suite struct InboxFilingTests {
    private func withInbox(_ body: (FeedbackInbox, String) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            let inbox = FeedbackInbox(folder: folder + "/feedback") { String($0.count, radix: 16) }
            try FileManager.default.createDirectory(atPath: folder + "/feedback", withIntermediateDirectories: true)
            try inbox.prepare()
            try await body(inbox, folder + "/feedback")
        }
    }

    private func write(_ text: String, _ path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }
    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func theLongestNameIsFiled() async throws {
        try await withInbox { inbox, folder in
            for name in [String(repeating: "x", count: 250) + ".json", String(repeating: "é", count: 125) + ".json"] {
                try write("1", "\(folder)/\(name)")
                _ = try inbox.file(name, as: .rejected, verdict: Array("v".utf8))
            }
            #expect(try inbox.names().isEmpty)
            #expect(try names(folder + "/rejected").count == 4)
        }
    }

    @Test func aFileNamedLikeAVerdictIsNotReplacedByOne() async throws {
        try await withInbox { inbox, folder in
            try write("sent", folder + "/a.verdict.json")
            _ = try inbox.file("a.verdict.json", as: .applied, verdict: Array("first".utf8))
            try write("other", folder + "/a.json")
            _ = try inbox.file("a.json", as: .applied, verdict: Array("second".utf8))
            #expect(try String(contentsOfFile: folder + "/applied/a.verdict.json", encoding: .utf8) == "sent")
            #expect(try String(contentsOfFile: folder + "/applied/a-2.verdict.json", encoding: .utf8) == "second")
            #expect(try names(folder + "/applied").count == 4)
        }
    }

    /// A kill may come after the verdict, after the link, or before the file is gone from the inbox.
    @Test func filingThatWasCutOffEndsInOnePlace() async throws {
        try await withInbox { inbox, folder in
            try write("1", folder + "/a.json")
            try write("half a verd", folder + "/applied/a.verdict.json")
            #expect(try inbox.file("a.json", as: .applied, verdict: Array("v".utf8)) == "applied/a.json")
            #expect(link(folder + "/applied/a.json", folder + "/a.json") == 0)
            #expect(try inbox.file("a.json", as: .applied, verdict: Array("v".utf8)) == "applied/a.json")
            #expect(try names(folder + "/applied") == ["a.json", "a.verdict.json"])
            #expect(try inbox.names().isEmpty)
        }
    }

    @Test func aNameThatIsNoTextIsMadeOne() async throws {
        try await withInbox { inbox, folder in
            try write("taken", folder + "/a%FF.json")
            let raw = (Array((folder + "/a").utf8) + [0xFF] + Array(".json".utf8) + [0]).map(CChar.init(bitPattern:))
            let descriptor = open(raw, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            try #require(descriptor >= 0)
            close(descriptor)
            #expect(try Set(inbox.names()) == ["a%FF.json", "a%FF-2.json"])
            guard case .document? = try inbox.read("a%FF-2.json") else {
                Issue.record("it cannot be read under its new name")
                return
            }
        }
    }

    @Test func whatMayPassRejectsNoFile() throws {
        for error in [EMFILE, ENFILE, EIO, ENOMEM] {
            let failure = #expect(throws: Failure.self) { try FeedbackInbox.obstacle("x", error) }
            #expect(failure?.scheduling == .retry && failure?.isRejection == false)
        }
        for error in [EACCES, ELOOP, ENXIO] { #expect(try FeedbackInbox.obstacle("x", error) != nil) }
        #expect(try FeedbackInbox.obstacle("x", ENOENT) == nil)
    }

    @Test func aFolderThatCannotBeReadIsNotAnEmptyOne() throws {
        let inbox = FeedbackInbox(folder: "/nonexistent/feedback") { _ in "" }
        #expect(throws: Failure.self) { try inbox.names() }
    }

    @Test func pausesGrowAndEndWithAnotherContent() {
        var pauses = RetryPauses()
        let now = ContinuousClock.now
        #expect(pauses.isDue("a", "1", at: now) && pauses.next(after: now) == nil)
        #expect(pauses.failed("a", "1", at: now) == .seconds(60))
        #expect(!pauses.isDue("a", "1", at: now + .seconds(59)) && pauses.isDue("a", "1", at: now + .seconds(60)))
        #expect(pauses.isDue("a", "2", at: now))
        #expect(pauses.failed("a", "1", at: now) == .seconds(120))
        for _ in 0..<9 { pauses.failed("a", "1", at: now) }
        #expect(pauses.next(after: now) == .seconds(900))
        #expect(pauses.failed("a", "2", at: now) == .seconds(60))
        pauses.forget(allBut: [])
        #expect(pauses.next(after: now) == nil)
    }
}
