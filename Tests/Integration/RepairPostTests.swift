import Coders
import Foundation
import History
import Model
import Repair
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

        func item(of service: String = "alpha") throws -> RepairCase {
            let revision = try #require(Revision(String(repeating: "a", count: 40)))
            let report = FailureReport(
                id: "r", createdAt: .now, service: try #require(ServiceName(service)), stage: .build, status: .failed,
                summary: "it does not build", revision: revision, diagnostics: [], omittedDiagnostics: 0,
                fingerprint: "0123456789abcdef", sources: [])
            return RepairCase(report, folder: "repos/\(service)", limits: CoderLoop.Limits())
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
            let feedback = Feedback(id: try await post.nextID(of: item), description: "Mend it", patch: patch)
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
            let id = try await desk.post.nextID(of: item)
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
            let id = try await desk.post.nextID(of: item)
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

    /// A crash, rejected patches, the same release again, and it crashes alike: the case begins anew, the history does not.
    @Test func anotherCaseOfTheSameFailureSendsNothingByAnIdThatWasDecided() async throws {
        try await with { desk in
            var first = try desk.item()
            try await desk.send(&first)
            let old = try #require(first.pending?.id)
            _ = try await desk.history.feedbackReceived(id: old, file: "\(old).json", digest: "d", at: .now)
            try await desk.history.verdict(Verdict(feedback: old, decision: .rejected, reason: "no"))
            try FileManager.default.removeItem(atPath: "\(desk.layout.feedback)/\(old).json")
            try await desk.cases.forget(first.service)

            var second = try desk.item()
            try await desk.send(&second, patch: "+fourth")
            let new = try #require(second.pending?.id)
            #expect(new != old && desk.files == ["\(new).json"])
            #expect(try await desk.history.verdict(of: new) == nil)
        }
    }

    /// It was put there for a case that is over, and nobody has looked at it yet.
    @Test func whatLiesInTheInboxAlreadyIsNotTakenForTheNewPatch() async throws {
        try await with { desk in
            var first = try desk.item()
            try await desk.send(&first)
            try await desk.cases.forget(first.service)
            var second = try desk.item()
            try await desk.send(&second, patch: "+fourth")
            #expect(first.pending?.id != second.pending?.id && desk.files.count == 2)
        }
    }

    @Test func servicesWhoseNamesBeginAlikeHaveOtherIds() async throws {
        try await with { desk in
            let begin = String(repeating: "a", count: 24)
            var ids: Set<String> = []
            for service in ["\(begin)-one", "\(begin)-two", "\(begin)/one", "gateway/kong", "gateway-kong"] {
                let id = try await desk.post.nextID(of: try desk.item(of: service))
                #expect(FeedbackDecoder.isUsable(id) && id.utf8.count < 64, "\(id)")
                ids.insert(id)
            }
            #expect(ids.count == 5)
        }
    }
}
