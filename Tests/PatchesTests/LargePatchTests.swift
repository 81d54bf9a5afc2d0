import Model
import Testing

@testable import Patches

/// Large files and many hunks, and patches that are made to take long. Times are generous: a build for debugging on a busy
/// machine; what they exclude is hours.
@Suite(.serialized) struct LargePatchTests {
    /// 10 MB in 200,000 lines.
    static let file: [UInt8] = {
        var bytes: [UInt8] = []
        for number in 0..<200_000 { bytes += Array("    line \(number) of a file that is rather long, padded\n".utf8) }
        return bytes
    }()

    private func hunks(_ count: Int, stated: Bool) -> [Hunk] {
        (0..<count).map { number in
            let line = number * 19 + 5
            func text(_ line: Int) -> [UInt8] { Array("    line \(line) of a file that is rather long, padded\n".utf8) }
            return Hunk(
                oldStart: stated ? line : nil, newStart: stated ? line : nil,
                lines: [
                    .init(.context, text(line - 1)), .init(.deletion, text(line)),
                    .init(.addition, Array("changed \(number)\n".utf8)), .init(.context, text(line + 1)),
                ], patchLine: number + 1)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [true, false]) func tenThousandHunksGoIntoTenMegabytes(stated: Bool)
        throws
    {
        let applied = try PatchTrial.apply(hunks(10_000, stated: stated).shuffled(), to: Self.file)
        let content = try #require(applied.content)
        let lines = FileLines.split(content)
        #expect(lines.count == 200_000 && applied.placements.count == 10_000)
        #expect(
            lines[5].elementsEqual("changed 0\n".utf8) && lines[19 * 9_999 + 5].elementsEqual("changed 9999\n".utf8))
    }

    @Test(.timeLimit(.minutes(2))) func patchesMadeToTakeLongAreAnswered() {
        let same = [UInt8](repeating: 10, count: 100_000)
        // Every line is a candidate, and the last one of the hunk differs.
        let deep = Hunk(
            oldStart: 1, newStart: 1,
            lines: (0..<50_000).map { _ in .init(.context, [10]) } + [.init(.deletion, [65, 66, 67, 68, 10])],
            patchLine: 1)
        #expect(throws: PatchRejection.self) { try PatchTrial.apply([deep], to: same) }
        // Many hunks that are nowhere, or everywhere.
        let nowhere = (0..<20_000).map { (number: Int) in
            Hunk(
                oldStart: number, lines: [.init(.context, [10]), .init(.deletion, Array("gone \(number)\n".utf8))],
                patchLine: 1)
        }
        #expect(throws: PatchRejection.self) { try PatchTrial.apply(nowhere, to: same) }
        let everywhere = (0..<2_000).map { (number: Int) in
            Hunk(
                oldStart: number, hints: ["func f()"],
                lines: (0..<20).map { _ in .init(.context, [10]) } + [.init(.deletion, [10])], patchLine: 1)
        }
        #expect(throws: PatchRejection.self) { try PatchTrial.apply(everywhere, to: same) }
    }

    /// A long line, and long names, for the searches inside of lines.
    @Test(.timeLimit(.minutes(1))) func longLinesAreNoTrouble() throws {
        let long = String(repeating: "a", count: 300_000)
        let patch = PatchTrial.unified("@@ \(long)\n-x\(long)\n+y\n")
        #expect(try PatchTrial.apply(patch, to: "x\(long)\nz\n") == "y\nz\n")
        _ = try? PatchTrial.read("diff --git a/\(long) b/\(long)\nrename from \(long)\n")
        _ = try? PatchTrial.read("\(long)\n<<<<<<< SEARCH\n\(long)\n=======\n>>>>>>> REPLACE\n")
        _ = try? PatchTrial.read(String(repeating: "```\n", count: 50_000), target: "f")
        _ = try? PatchTrial.read(String(repeating: "@@\n", count: 50_000), target: "f")
        _ = try? PatchTrial.read("--- a/f\n+++ b/f\n" + String(repeating: "@@ -1,9 +1,9 @@\n-a\n+b\n\n", count: 20_000))
    }
}
