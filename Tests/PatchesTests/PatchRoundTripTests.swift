import Model
import TestSupport
import Testing

@testable import Patches

/// Random edits, made into patches by a reference and applied again: to the file they were made from, to one that has moved on,
/// and to one that has them already.
@Suite struct PatchRoundTripTests {
    static func bytes(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

    static func apply(
        _ patch: String, to lines: [String], knowing knowledge: PatchApplier.Knowledge = .unknown
    ) throws -> PatchApplier.Applied {
        let diff = try PatchTrial.read(patch)
        #expect(diff.files.count == 1)
        return try PatchApplier.apply(diff.files[0], to: bytes(lines), knowing: knowledge)
    }

    /// - Parameter alphabet: how many different lines there are; nil: all are.
    static func edit(_ seed: Int, alphabet: Int?) -> (old: [String], new: [String]) {
        var random = SeededRandom(seed: UInt64(seed) &* 7919)
        func line(_ number: Int) -> String {
            alphabet.map { String(Int.random(in: 0..<$0, using: &random)) } ?? "line \(number)"
        }
        let old = (0..<Int.random(in: 1...60, using: &random)).map(line)
        var new = old
        for number in 0..<Int.random(in: 1...4, using: &random) {
            let at = Int.random(in: 0...new.count, using: &random)
            let end = min(new.count, at + Int.random(in: 0...3, using: &random))
            let added = (0..<Int.random(in: 0...3, using: &random)).map { line(1000 + number * 10 + $0) }
            new.replaceSubrange(at..<end, with: added)
        }
        return (old, new)
    }

    @Test(arguments: 0..<300) func aPatchTurnsItsBaseIntoItsResult(seed: Int) throws {
        for alphabet in [2, 5, nil] {
            let (old, new) = Self.edit(seed, alphabet: alphabet)
            guard old != new, !new.isEmpty else { continue }
            let applied = try Self.apply(ReferenceDiff.patch(old, new), to: old, knowing: .base)
            #expect(applied.content == Self.bytes(new))
            #expect(applied.placements.allSatisfy { $0.method == "exact" })
        }
    }

    @Test(arguments: 0..<300) func linesAboveAndBelowMoveThePatchWithIt(seed: Int) throws {
        let (old, new) = Self.edit(seed, alphabet: nil)
        guard old != new, !new.isEmpty else { return }
        let above = (0...seed % 7).map { "above \($0)" }
        let below = (0...seed % 5).map { "below \($0)" }
        let applied = try Self.apply(ReferenceDiff.patch(old, new), to: above + old + below)
        #expect(applied.content == Self.bytes(above + new + below))
    }
}
