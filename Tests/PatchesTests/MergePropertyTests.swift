import Model
import TestSupport
import Testing

@testable import Patches

/// A file, an edit and an independent drift: the patch applied to the drifted file is the three-way merge or a rejection.
@Suite struct MergePropertyTests {
    enum Outcome: Hashable { case merged, rejected, unreadable }

    static func text(_ lines: [String], end: String = "\n") -> [UInt8] { Array(lines.map { $0 + end }.joined().utf8) }

    static func outcome(
        _ patch: String, _ format: PatchFormat?, to content: [UInt8], wanted: [UInt8],
        knowing knowledge: PatchApplier.Knowledge = .unknown, _ comment: @autoclosure () -> String = ""
    ) -> Outcome {
        let set: PatchSet
        do throws(Failure) { set = try PatchReader.read(Array(patch.utf8), format: format) } catch {
            return .unreadable
        }
        guard set.files.count == 1,
            let applied = try? PatchApplier.apply(set.files[0], to: content, knowing: knowledge)
        else { return .rejected }
        let isRight = applied.content == wanted
        let texts = [content, applied.content ?? [], wanted].map { String(decoding: $0, as: UTF8.self) }
        #expect(
            isRight,
            "\(comment())\npatch:\n\(patch)\nfile:\n\(texts[0])\nresult:\n\(texts[1])\nwanted:\n\(texts[2])\n\(applied.placements)"
        )
        return .merged
    }

    /// Runs a number of cases, and returns how often each outcome came.
    static func run(
        seed: Int, count: Int, distance: Int = 1, _ judge: (EditCase, inout SeededRandom) -> Outcome?
    ) -> [Outcome: Int] {
        var outcomes: [Outcome: Int] = [:]
        for number in 0..<count {
            var random = SeededRandom(seed: UInt64(seed) &* 1_000_003 &+ UInt64(number))
            let text = EditCase.Text.allCases[number % EditCase.Text.allCases.count]
            let made = EditCase.make(text, &random, distance: distance)
            guard !made.edits.isEmpty, let outcome = judge(made, &random) else { continue }
            outcomes[outcome, default: 0] += 1
        }
        return outcomes
    }

    @Test(arguments: 0..<20) func unifiedDiffsAreMergedOrRejected(seed: Int) {
        let outcomes = Self.run(seed: seed, count: 200) { made, random in
            let writer = PatchWriter.random(&random)
            guard writer.isTelling(made) else { return nil }
            let patch = writer.unified(made, &random)
            return Self.outcome(patch, nil, to: Self.text(made.drifted), wanted: Self.text(made.merged))
        }
        #expect(outcomes[.merged, default: 0] > 40, "\(outcomes)")
    }

    @Test(arguments: 0..<20) func envelopesAreMergedOrRejected(seed: Int) {
        let outcomes = Self.run(seed: seed + 100, count: 200) { made, random in
            let writer = PatchWriter.random(&random)
            guard writer.isTelling(made) else { return nil }
            let patch = writer.envelope(made)
            return Self.outcome(patch, nil, to: Self.text(made.drifted), wanted: Self.text(made.merged))
        }
        #expect(outcomes[.merged, default: 0] > 40, "\(outcomes)")
    }

    @Test(arguments: 0..<20) func blocksAreMergedOrRejected(seed: Int) {
        let outcomes = Self.run(seed: seed + 200, count: 200) { made, random in
            let writer = PatchWriter.random(&random)
            guard writer.isTelling(made) else { return nil }
            let patch = writer.blocks(made)
            return Self.outcome(patch, nil, to: Self.text(made.drifted), wanted: Self.text(made.merged))
        }
        #expect(outcomes[.merged, default: 0] > 40, "\(outcomes)")
    }
}
