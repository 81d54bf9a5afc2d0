import Coders
import Foundation
import History
import Model
import Settings
import TestSupport
import Testing

@testable import Diagnostics
@testable import Host

/// A coder's answer on its way from the case into the inbox, cut off at any point; the history is a real one.
@Suite struct RepairPostTests {
    private struct Desk {
        let post: RepairPost
        let cases: RepairCases
        let history: HistoryStore
        let layout: WorkspaceLayout

        init(_ root: String) async throws {
            layout = WorkspaceLayout(root: root)
            history = try await HistoryStore.open(at: root + "/history.sqlite")
            cases = RepairCases(history: history)
            post = RepairPost(cases: cases, history: history, inbox: FeedbackDrop(layout: layout, limit: 2000))
        }

        func item() throws -> RepairCase {
            let revision = try #require(Revision(String(repeating: "a", count: 40)))
            let report = FailureReport(
                id: "r", createdAt: .now, service: try #require(ServiceName("alpha")), stage: .build, status: .failed,
                summary: "it does not build", revision: revision, diagnostics: [], omittedDiagnostics: 0,
                fingerprint: "0123456789abcdef", sources: [])
            return RepairCase(report, folder: "repos/alpha", limits: CoderLoop.Limits())
        }

        func kept() async throws -> RepairCase {
            let name = try #require(ServiceName("alpha"))
            return try #require(try await cases.of(name))
        }

        var files: [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: layout.feedback)) ?? []).filter {
                $0.hasSuffix(".json")
            }
        }

        func send(_ item: inout RepairCase, patch: String = "+four") async throws {
            let feedback = Feedback(id: item.nextID, description: "Mend it", patch: patch)
            try await post.send(
                feedback, as: .init(id: feedback.id, isFixIt: false, description: "Mend it", patches: []), &item)
        }
    }

    private func with(_ body: (Desk) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in try await body(Desk(folder)) }
    }

    @Test func whatIsSentLiesInTheInboxAndInTheCase() async throws {
        try await with { desk in
            var item = try desk.item()
            let id = item.nextID
            try await desk.send(&item)
            #expect(desk.files == ["\(id).json"])
            let kept = try await desk.kept()
            #expect(kept.pending?.id == id && kept.pending?.unsent == nil && kept.sent == 1)
        }
    }

    /// The case is kept before the file is there: who comes after a kill sends it, and asks nobody.
    @Test func aKillBeforeTheFileIsThereLeavesACaseThatStillHasItToSend() async throws {
        try await with { desk in
            var item = try desk.item()
            let id = item.nextID
            // Nothing can be put there, as after a kill nothing was.
            try Data().write(to: URL(filePath: desk.layout.feedback))
            await #expect(throws: Failure.self) { try await desk.send(&item) }
            try FileManager.default.removeItem(atPath: desk.layout.feedback)

            var kept = try await desk.kept()
            #expect(kept.pending?.id == id && kept.pending?.unsent != nil && kept.sent == 1)
            for _ in 0..<2 { try await desk.post.deliver(&kept) }
            #expect(desk.files == ["\(id).json"])
            #expect(try await desk.kept().pending?.unsent == nil)
        }
    }

    @Test(arguments: [false, true]) func aKillBehindThatSendsNothingTwice(isTakenUp: Bool) async throws {
        try await with { desk in
            var item = try desk.item()
            try await desk.send(&item)
            let id = try #require(item.pending?.id)
            let file = "\(desk.layout.feedback)/\(id).json"
            // As it was kept before the file was there.
            item.pending?.unsent = try String(contentsOfFile: file, encoding: .utf8)
            try await desk.cases.keep(item)
            if isTakenUp {
                _ = try await desk.history.feedbackReceived(id: id, file: "\(id).json", digest: "d", at: .now)
                try FileManager.default.removeItem(atPath: file)
            }
            var kept = try await desk.kept()
            try await desk.post.deliver(&kept)
            #expect(desk.files == (isTakenUp ? [] : ["\(id).json"]))
            #expect(try await desk.kept().pending?.unsent == nil)
        }
    }

    @Test func whatTheInboxWouldNotTakeIsNoWaitingPatch() async throws {
        try await with { desk in
            var item = try desk.item()
            await #expect(throws: Failure.self) {
                try await desk.send(&item, patch: String(repeating: "x", count: 3000))
            }
            #expect(item.pending == nil && item.sent == 0)
        }
    }
}
