import Model
import TestSupport
import Testing

@testable import Repair

@Suite struct PatchApplierTests {

    private func bytes(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

    /// One hunk that turns lines[at..<at+count] into `replacement`, with up to three lines of context.
    private func hunk(_ lines: [String], at: Int, count: Int, replacement: [String], statedShift: Int)
        -> UnifiedDiff.Hunk
    {
        let before = max(0, at - 3)
        let after = min(lines.count, at + count + 3)
        var body: [UnifiedDiff.Line] = []
        for line in lines[before..<at] { body.append(.init(kind: .context, bytes: Array((line + "\n").utf8))) }
        for line in lines[at..<at + count] { body.append(.init(kind: .deletion, bytes: Array((line + "\n").utf8))) }
        for line in replacement { body.append(.init(kind: .addition, bytes: Array((line + "\n").utf8))) }
        for line in lines[(at + count)..<after] { body.append(.init(kind: .context, bytes: Array((line + "\n").utf8))) }
        return .init(oldStart: before + 1 + statedShift, newStart: before + 1 + statedShift, lines: body, patchLine: 1)
    }

    /// Unique lines, wrong line numbers: the hunk still lands where it belongs.
    @Test(arguments: 0..<200)
    func wrongLineNumbersDoNotMatterWhereTheTextIsUnique(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let lines = (0..<Int.random(in: 1...40, using: &random)).map { "line \($0)" }
        let at = Int.random(in: 0..<lines.count, using: &random)
        let count = Int.random(in: 1...min(3, lines.count - at), using: &random)
        let replacement = (0..<Int.random(in: 0...3, using: &random)).map { "new \($0)" }
        let shift = Int.random(in: 0...20, using: &random)
        let hunk = hunk(lines, at: at, count: count, replacement: replacement, statedShift: shift)
        var expected = lines
        expected.replaceSubrange(at..<at + count, with: replacement)
        let applied = try PatchApplier.apply([hunk], to: bytes(lines), file: "f")
        #expect(applied.content == bytes(expected))
        #expect(applied.placements.first?.appliedLine == max(0, at - 3) + 1)
    }

    /// Few different lines: whatever is answered, it is never an edit at a place whose old lines are others.
    @Test(arguments: 0..<300)
    func repetitiveFilesAreNeverPatchedAtAPlaceThatDoesNotMatch(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let lines = (0..<20).map { _ in ["a", "b", "c"].randomElement(using: &random) ?? "a" }
        let other = (0..<20).map { _ in ["a", "b", "c"].randomElement(using: &random) ?? "a" }
        let at = Int.random(in: 0..<18, using: &random)
        let hunk = hunk(other, at: at, count: 2, replacement: ["X"], statedShift: 0)
        let old = hunk.old
        let source = PatchApplier.split(bytes(lines))
        guard let applied = try? PatchApplier.apply([hunk], to: bytes(lines), file: "f"), !applied.isUnchanged,
            let line = applied.placements.first?.appliedLine
        else { return }
        #expect(Array(source[(line - 1)..<(line - 1 + old.count)]) == old)
        let matches = (0...(source.count - old.count)).filter { Array(source[$0..<$0 + old.count]) == old }
        #expect(matches.count == 1 || line == hunk.oldStart)
    }

    @Test func twoPlacesAreAmbiguousAndSaidSo() {
        let lines = ["x", "a", "y", "x", "a", "y"]
        let hunk = UnifiedDiff.Hunk(
            oldStart: 3, newStart: 3,
            lines: [
                .init(kind: .deletion, bytes: Array("a\n".utf8)), .init(kind: .addition, bytes: Array("b\n".utf8)),
            ],
            patchLine: 3)
        let failure = #expect(throws: Failure.self) { try PatchApplier.apply([hunk], to: bytes(lines), file: "f") }
        #expect(failure?.message.contains("lines 2, 5") == true)
    }

    @Test func severalHunksApplyInOrderOrNotAtAll() throws {
        let lines = (1...30).map { "l\($0)" }
        let first = hunk(lines, at: 4, count: 1, replacement: ["A", "B"], statedShift: 0)
        let second = hunk(lines, at: 20, count: 1, replacement: [], statedShift: 0)
        var expected = lines
        expected.remove(at: 20)
        expected.replaceSubrange(4..<5, with: ["A", "B"])
        #expect(try PatchApplier.apply([first, second], to: bytes(lines), file: "f").content == bytes(expected))
        #expect(throws: Failure.self) { try PatchApplier.apply([second, first], to: bytes(lines), file: "f") }
    }

    @Test func aMissingLastNewlineIsKeptAndAdded() throws {
        let hunk = UnifiedDiff.Hunk(
            oldStart: 1, newStart: 1,
            lines: [.init(kind: .deletion, bytes: Array("a".utf8)), .init(kind: .addition, bytes: Array("a\n".utf8))],
            patchLine: 3)
        #expect(try PatchApplier.apply([hunk], to: Array("a".utf8), file: "f").content == Array("a\n".utf8))
    }

    @Test func differentLineEndsAreNamed() {
        let hunk = hunk(["one", "two"], at: 0, count: 1, replacement: ["1"], statedShift: 0)
        let failure = #expect(throws: Failure.self) {
            try PatchApplier.apply([hunk], to: Array("one\r\ntwo\r\n".utf8), file: "f")
        }
        #expect(failure?.message.contains("CR LF") == true || failure?.cause?.contains("CR LF") == true)
    }
}
