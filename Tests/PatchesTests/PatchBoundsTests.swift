import Model
import TestSupport
import Testing

@testable import Patches

/// Patches from outside: whatever they say, the answer is a patched file or a refusal, and it comes soon.
@Suite struct PatchBoundsTests {
    private func apply(_ hunks: String, to text: String) throws -> String {
        try PatchTrial.apply(PatchTrial.unified(hunks), to: text, .unified)
    }

    @Test func anInsertionIsNotFoundAboveWhatAnEarlierHunkHasUsed() {
        #expect(throws: PatchRejection.self) {
            try apply("@@ -3 +3 @@\n-c\n+d\n@@ -0,0 +1 @@\n+a\n", to: "a\nb\nc\n")
        }
    }

    /// Hunks in any order, bare insertions among them, on files of few different lines: no trap, and never a line lost
    /// that no hunk removes.
    @Test(arguments: 0..<400) func hunksInAnyOrderAreAppliedOrRefused(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &* 31)
        let words = ["a", "b", "c"]
        func word() -> String { words[Int.random(in: 0..<3, using: &random)] }
        let lines = (0..<Int.random(in: 0...12, using: &random)).map { _ in word() }
        for _ in 0..<20 {
            var text = ""
            var removed = 0
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let old = Int.random(in: 0...14, using: &random)
                let new = Int.random(in: 0...14, using: &random)
                let minus = (0..<Int.random(in: 0...2, using: &random)).map { _ in word() }
                let plus = (0..<Int.random(in: (minus.isEmpty ? 1 : 0)...2, using: &random)).map { _ in word() }
                removed += minus.count
                text += "@@ -\(old),\(minus.count) +\(new),\(plus.count) @@\n"
                text += minus.map { "-\($0)\n" }.joined() + plus.map { "+\($0)\n" }.joined()
            }
            guard let result = try? apply(text, to: lines.map { $0 + "\n" }.joined()) else { continue }
            #expect(result.split(separator: "\n").count >= lines.count - removed, "\(lines)\n\(text)")
        }
    }

    @Test(arguments: [
        "@@ -1 +1 @@\n-a\n+x\n\\ No newline at end of file\n"
    ]) func twoLinesAreNeverJoined(hunk: String) {
        let rejection = #expect(throws: PatchRejection.self) { try apply(hunk, to: "a\nb\nc\n") }
        #expect(rejection?.failure.code.rawValue == "feedback.conflict" && rejection?.detail.reason == .joined)
    }

    @Test func theLastLineMayLoseItsEnd() throws {
        let hunk = "@@ -3 +3 @@\n-c\n+x\n\\ No newline at end of file\n"
        #expect(try apply(hunk, to: "a\nb\nc\n") == "a\nb\nx")
    }

    @Test(arguments: 0..<200) func everyOccurrenceIsFound(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let lines = (0..<Int.random(in: 0...40, using: &random)).map { _ in Int.random(in: 0...1, using: &random) }
        let wanted = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0...1, using: &random) }
        let expected = lines.indices.filter {
            $0 + wanted.count <= lines.count && Array(lines[$0..<$0 + wanted.count]) == wanted
        }
        #expect(LineSearch.occurrences(of: wanted, in: lines) == expected)
        for hunks in [1, 9] {
            var search = LineSearch(lines, hunks: hunks, patchLines: 4)
            #expect(search.places(of: wanted, limit: 100) == expected)
        }
    }

    /// Without bounds these take hours: comparisons go with the product of both lengths.
    @Test(.timeLimit(.minutes(2))) func hugePatchesOfEmptyLinesAreAnsweredSoon() {
        let count = 490_000
        let long = "@@ -1,\(count) +1,\(count + 1) @@\n" + String(repeating: "\n", count: count) + "+x\n"
        let file = String(repeating: "\n", count: 50_000)
        #expect(throws: PatchRejection.self) { try apply(long, to: file) }
        let half = "@@ -1,20001 +1,20001 @@\n" + String(repeating: "\n", count: 20_000) + "-y\n+x\n"
        #expect(throws: PatchRejection.self) { try apply(half, to: file) }
        var many = ""
        for number in 0..<50_000 { many += "@@ -\(60_000 + number) +1 @@\n-y\(number)\n+x\n" }
        #expect(throws: PatchRejection.self) { try apply(many, to: file + "y0\n") }
    }
}
