import Model
import TestSupport
import Testing

@testable import Repair

/// Patches from outside: whatever they say, the answer is a patched file or a refusal, and it comes soon.
@Suite struct PatchBoundsTests {
    private func apply(_ hunks: String, to text: String) throws(Failure) -> String {
        let diff = try UnifiedDiffParser.parse("--- a/f\n+++ b/f\n" + hunks)
        let content = try PatchApplier.apply(diff.files[0].hunks, to: Array(text.utf8), file: "f").content
        return String(decoding: content, as: UTF8.self)
    }

    @Test func anInsertionIsNotFoundAboveWhatAnEarlierHunkHasUsed() {
        #expect(throws: Failure.self) {
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
        "@@ -1,2 +1,2 @@\n-a\n+x\n\\ No newline at end of file\n b\n",
        "@@ -1 +1 @@\n-a\n+x\n\\ No newline at end of file\n",
    ]) func twoLinesAreNeverJoined(hunk: String) {
        let failure = #expect(throws: Failure.self) { try apply(hunk, to: "a\nb\nc\n") }
        #expect(failure?.code.rawValue == "feedback.conflict" && failure?.message.contains("joined") == true)
    }

    @Test func theLastLineMayLoseItsEnd() throws {
        let hunk = "@@ -3 +3 @@\n-c\n+x\n\\ No newline at end of file\n"
        #expect(try apply(hunk, to: "a\nb\nc\n") == "a\nb\nx")
    }

    @Test(arguments: 0..<200) func everyOccurrenceIsFound(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let lines = (0..<Int.random(in: 0...40, using: &random)).map { _ in [UInt8.random(in: 0...1, using: &random)] }
        let wanted = (0..<Int.random(in: 1...4, using: &random)).map { _ in [UInt8.random(in: 0...1, using: &random)] }
        let cursor = Int.random(in: 0...5, using: &random)
        let expected = lines.indices.filter {
            $0 >= cursor && $0 + wanted.count <= lines.count && Array(lines[$0..<$0 + wanted.count]) == wanted
        }
        #expect(HunkLocator.occurrences(of: wanted, in: lines, from: cursor) == expected)
    }

    /// Without bounds these take hours: comparisons go with the product of both lengths.
    @Test(.timeLimit(.minutes(2))) func hugePatchesOfEmptyLinesAreAnsweredSoon() {
        let count = 490_000
        let long = "@@ -1,\(count) +1,\(count + 1) @@\n" + String(repeating: "\n", count: count) + "+x\n"
        let file = String(repeating: "\n", count: 50_000)
        #expect(throws: Failure.self) { try apply(long, to: file) }
        let half = "@@ -1,20001 +1,20001 @@\n" + String(repeating: "\n", count: 20_000) + "-y\n+x\n"
        #expect(throws: Failure.self) { try apply(half, to: file) }
        var many = ""
        for number in 0..<50_000 { many += "@@ -\(60_000 + number) +1 @@\n-y\(number)\n+x\n" }
        #expect(throws: Failure.self) { try apply(many, to: file + "y0\n") }
    }

    @Test func aFileThatIsTooLargeIsRefusedBeforeItIsTakenApart() async throws {
        let patch = "--- a/big.txt\n+++ b/big.txt\n@@ -1 +1 @@\n-a\n+b\n"
        var policy = GuardPolicy()
        policy.maximumFileBytes = 10
        let failure = await #expect(throws: Failure.self) {
            try await PatchPlanTests.plan(patch, ["repos/api/big.txt": "a\nbcdefghijkl\n"], policy: policy)
        }
        #expect(failure?.isRejection == true)
    }

    /// git would refuse them when the tree is written, and the feedback would wait for ever.
    @Test(arguments: [
        "Sources/" + String(repeating: "x", count: 256), "Sources/.git./x", "Sources/.GIT /x", "Sources/./x",
        "Sources/" + String(repeating: "dir/", count: 1000) + "x",
        "repos/api/.git:stream/x", "repos/api/" + String(repeating: "d/", count: 600) + "f",
    ]) func namesThatNoTreeMayHoldAreRefused(path: String) async throws {
        let patch = "--- /dev/null\n+++ \"b/\(path)\"\n@@ -0,0 +1 @@\n+x\n"
        let failure = await #expect(throws: Failure.self) {
            try await PatchPlanTests.plan(patch, ["repos/api/Sources/main.swift": "m\n"])
        }
        #expect(failure?.code.rawValue == "feedback.refused", "\(String(describing: failure))")
    }

    @Test func aFileCannotLieInAFileThatThePatchMakes() async throws {
        let file = { (path: String) in "--- /dev/null\n+++ b/\(path)\n@@ -0,0 +1 @@\n+x\n" }
        for patch in [file("Sources/a") + file("Sources/a/b"), file("Sources/a/b") + file("Sources/a")] {
            let failure = await #expect(throws: Failure.self) {
                try await PatchPlanTests.plan(patch, ["repos/api/Sources/main.swift": "m\n"])
            }
            #expect(failure?.code.rawValue == "feedback.refused", "\(String(describing: failure))")
        }
    }
}
