import RepairTestSupport
import Testing

/// The corpus of patches: a wrong place is never patched, and every case is answered as wanted. The table stands in
/// Documentation/PatchCorpus.md.
@Suite struct CorpusTests {
    static let corpus = Result { try PatchCorpus.load() }
    static let judged: [(item: PatchCorpus.Item, answer: PatchAnswer, judgement: PatchJudgement)] =
        (try? corpus.get())?.items.map { item in
            let answer = PatchRoom.answer(item)
            return (item, answer, PatchJudgement(answer, to: item))
        } ?? []

    static let columns: [PatchJudgement] = [
        .appliedRight, .rejectedRight, .otherReason, .wronglyRejected, .appliedWrong, .unread,
    ]

    static func failed(_ judgement: PatchJudgement) -> [String] {
        judged.filter { $0.judgement == judgement }.map { "\($0.item): \(spoken($0.answer))" }
    }

    static func spoken(_ answer: PatchAnswer) -> String {
        switch answer {
        case .applied(nil): "the file is gone"
        case .applied(let content?): "applied, \(content.count) bytes"
        case .alreadyApplied: "already applied"
        case .rejected(let reasons, let message): "rejected (\(reasons.joined(separator: ", "))): \(message)"
        case .candidates(let contents): "\(contents.count) candidates"
        case .unread: "not read"
        }
    }

    @Test func theCorpusIsWhole() throws {
        let items = try Self.corpus.get().items
        #expect(items.count >= 240)
        #expect(Set(items.map(\.entry.id)).count == items.count)
        #expect(Set(items.map(\.entry.dialect)).isSuperset(of: ["unified", "codex", "search", "whole", "snippet"]))
        #expect(items.filter { $0.entry.allows == [.applied] }.allSatisfy { !$0.wanted.isEmpty })
        #expect(items.filter { $0.entry.allows.contains(.rejected) }.allSatisfy { $0.entry.reasons != nil })
    }

    @Test func nothingIsAppliedWrong() {
        let wrong = Self.failed(.appliedWrong)
        #expect(!Self.judged.isEmpty)
        #expect(wrong.isEmpty, "\(wrong.count):\n\(wrong.joined(separator: "\n"))")
    }

    /// Rather a rejection too many than a wrong place: these are known, and the page names them. No more may come.
    private static let knownRejections = 7

    @Test func hardlyAnythingIsRejectedThatFits() {
        let rejected = Self.failed(.wronglyRejected)
        #expect(rejected.count <= Self.knownRejections, "\(rejected.count):\n\(rejected.joined(separator: "\n"))")
    }

    @Test func everyRejectionSaysWhy() {
        let other = Self.failed(.otherReason)
        #expect(other.isEmpty, "\(other.count):\n\(other.joined(separator: "\n"))")
    }

    @Test func theTableIsWhatWasMeasured() {
        let table = DocumentTable(page: "PatchCorpus.md", name: "score")
        let text = Self.tables()
        if DocumentTable.isWriting { #expect(throws: Never.self) { try table.write(text) } }
        #expect(table.text == text, "run this test with DEPLOYER_WRITE_TABLES=1 and look at the difference")
    }

    /// By danger, then by dialect.
    static func tables() -> String {
        var dangers = PatchScore()
        var dialects = PatchScore()
        for (item, _, judgement) in judged {
            dangers.count(judgement, in: item.entry.danger)
            dialects.count(judgement, in: item.entry.dialect)
        }
        return dangers.markdown("Danger", columns) + "\n" + dialects.markdown("Dialect", columns)
    }
}
