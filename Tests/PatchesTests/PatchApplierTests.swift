import Model
import TestSupport
import Testing

@testable import Patches

@Suite struct PatchApplierTests {

    private func bytes(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

    /// One hunk that turns lines[at..<at+count] into `replacement`, with up to three lines of context.
    private func hunk(_ lines: [String], at: Int, count: Int, replacement: [String], statedShift: Int)
        -> Hunk
    {
        let before = max(0, at - 3)
        let after = min(lines.count, at + count + 3)
        var body: [Hunk.Line] = []
        for line in lines[before..<at] { body.append(.init(.context, Array((line + "\n").utf8))) }
        for line in lines[at..<at + count] { body.append(.init(.deletion, Array((line + "\n").utf8))) }
        for line in replacement { body.append(.init(.addition, Array((line + "\n").utf8))) }
        for line in lines[(at + count)..<after] { body.append(.init(.context, Array((line + "\n").utf8))) }
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
        let applied = try PatchTrial.apply([hunk], to: bytes(lines))
        #expect(applied.content == bytes(expected))
        #expect(applied.placements.first?.line == max(0, at - 3) + 1)
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
        let source = FileLines.split(bytes(lines)).map(Array.init)
        guard let applied = try? PatchTrial.apply([hunk], to: bytes(lines)), !applied.isUnchanged,
            let line = applied.placements.first?.line
        else { return }
        #expect(Array(source[(line - 1)..<(line - 1 + old.count)]) == old)
        let matches = (0...(source.count - old.count)).filter { Array(source[$0..<$0 + old.count]) == old }
        #expect(matches.count == 1)
    }

    @Test func twoPlacesAreAmbiguousAndSaidSo() {
        let lines = ["x", "a", "y", "x", "a", "y"]
        let hunk = Hunk(
            oldStart: 3, newStart: 3,
            lines: [
                .init(.deletion, Array("a\n".utf8)), .init(.addition, Array("b\n".utf8)),
            ],
            patchLine: 3)
        let failure = #expect(throws: PatchRejection.self) { try PatchTrial.apply([hunk], to: bytes(lines)) }
        #expect(failure?.failure.message.contains("lines 2, 5") == true)
    }

    @Test func severalHunksApplyInAnyOrderOrNotAtAll() throws {
        let lines = (1...30).map { "l\($0)" }
        let first = hunk(lines, at: 4, count: 1, replacement: ["A", "B"], statedShift: 0)
        let second = hunk(lines, at: 20, count: 1, replacement: [], statedShift: 0)
        var expected = lines
        expected.remove(at: 20)
        expected.replaceSubrange(4..<5, with: ["A", "B"])
        #expect(try PatchTrial.apply([first, second], to: bytes(lines)).content == bytes(expected))
        // Each is found by its own lines: functions that have changed places take their hunks with them.
        #expect(try PatchTrial.apply([second, first], to: bytes(lines)).content == bytes(expected))
        #expect(throws: PatchRejection.self) {
            try PatchTrial.apply(
                [first, hunk(lines, at: 99 % 29, count: 1, replacement: [], statedShift: 0), first], to: bytes(lines))
        }
    }

    @Test func aMissingLastNewlineIsKeptAndAdded() throws {
        let hunk = Hunk(
            oldStart: 1, newStart: 1,
            lines: [.init(.deletion, Array("a".utf8)), .init(.addition, Array("a\n".utf8))],
            patchLine: 3)
        #expect(try PatchTrial.apply([hunk], to: Array("a".utf8)).content == Array("a\n".utf8))
    }

    @Test func differentLineEndsAreTheFiles() throws {
        let hunk = hunk(["one", "two"], at: 0, count: 1, replacement: ["1", "1b"], statedShift: 0)
        let applied = try PatchTrial.apply([hunk], to: Array("one\r\ntwo\r\n".utf8))
        #expect(applied.content == Array("1\r\n1b\r\ntwo\r\n".utf8))
        #expect(applied.placements.map(\.rung) == [.lineEnds])
    }
}
