import Model
import Testing

@testable import Patches

/// Each rung of the ladder, what it leaves of the file, and where it stops.
@Suite struct LadderTests {
    struct Step {
        var name: String
        var patch: String
        var file: String
        /// nil: rejected.
        var wanted: String?
        var rung: Rung?
    }

    static func hunk(_ body: String, _ header: String = "@@") -> String { PatchTrial.unified("\(header)\n\(body)") }

    static let steps: [Step] = [
        .init(name: "exact", patch: hunk(" a1\n-b2\n+c3\n"), file: "a1\nb2\n", wanted: "a1\nc3\n", rung: .exact),
        .init(
            name: "a CR LF file keeps CR LF", patch: hunk(" a1\n-b2\n+c3\n+d4\n"), file: "a1\r\nb2\r\ne5\r\n",
            wanted: "a1\r\nc3\r\nd4\r\ne5\r\n", rung: .lineEnds),
        .init(
            name: "an LF file keeps LF", patch: hunk(" a1\r\n-b2\r\n+c3\r\n"), file: "a1\nb2\n", wanted: "a1\nc3\n",
            rung: .lineEnds),
        .init(
            name: "mixed ends are the neighbour's", patch: hunk(" a1\n+c3\n b2\n"), file: "x\na1\r\nb2\n",
            wanted: "x\na1\r\nc3\r\nb2\n", rung: .lineEnds),
        .init(
            name: "line ends are changed where the patch says so", patch: hunk(" a1\n-b2\n+b2\r\n"), file: "a1\nb2\n",
            wanted: "a1\nb2\r\n", rung: .exact),
        .init(
            name: "no line feed at the end stays", patch: hunk("-a1\n+b2\n"), file: "a1", wanted: "b2", rung: .lineEnds),
        .init(
            name: "no line feed at the end stays behind new lines", patch: hunk(" a1\n+b2\n+c3\n"), file: "x\na1",
            wanted: "x\na1\nb2\nc3", rung: .lineEnds),
        .init(
            name: "the line feed comes where the patch says so",
            patch: hunk("-a1\n\\ No newline at end of file\n+a1\n"),
            file: "a1", wanted: "a1\n", rung: .exact),
        .init(
            name: "the line feed goes where the patch says so", patch: hunk("-a1\n+a1\n\\ No newline at end of file\n"),
            file: "a1\n", wanted: "a1", rung: .exact),
        .init(
            name: "the end of the file is the end of the file",
            patch: hunk("-a1\n\\ No newline at end of file\n+b2\n\\ No newline at end of file\n"), file: "a1\nc\n",
            wanted: nil),
        .init(
            name: "trailing space", patch: hunk(" a1\n-b2\n+c3\n"), file: "a1  \nb2\t\n", wanted: "a1  \nc3\n",
            rung: .trailingSpace),
        .init(
            name: "all deeper", patch: hunk(" if a1 {\n-  b2()\n+  c3()\n+  d4()\n }\n"),
            file: "    if a1 {\n      b2()\n    }\n", wanted: "    if a1 {\n      c3()\n      d4()\n    }\n",
            rung: .indentation),
        .init(
            name: "all shallower", patch: hunk("     if a1 {\n-      b2()\n+      c3()\n     }\n"),
            file: "if a1 {\n  b2()\n}\n", wanted: "if a1 {\n  c3()\n}\n", rung: .indentation),
        .init(
            name: "blanks for tabs", patch: hunk(" if a1 {\n-    b2()\n+    c3()\n+        d4()\n }\n"),
            file: "if a1 {\n\tb2()\n}\n", wanted: "if a1 {\n\tc3()\n\t\td4()\n}\n", rung: .indentation),
        .init(
            name: "tabs for blanks", patch: hunk(" if a1 {\n-\tb2()\n+\tc3()\n+\t\td4()\n }\n"),
            file: "if a1 {\n  b2()\n}\n", wanted: "if a1 {\n  c3()\n    d4()\n}\n", rung: .indentation),
        .init(
            name: "not all in one way", patch: hunk(" a1()\n-    b2()\n+    c3()\n"), file: "  a1()\n      x\n  b2()\n",
            wanted: nil),
        .init(
            name: "an added line that has no indentation in the file's way",
            patch: hunk(" if a1 {\n-    b2()\n+   c3()\n }\n"), file: "if a1 {\n\tb2()\n}\n", wanted: nil),
        .init(
            name: "a patch of indentation alone is not bent", patch: hunk("-  return a1\n+    return a1\n"),
            file: "\treturn a1\n", wanted: nil),
        .init(
            name: "a patch of indentation that is there", patch: hunk("-  return a1\n+    return a1\n"),
            file: "    return a1\n", wanted: "    return a1\n"),
        .init(
            name: "quotes and blanks", patch: hunk("-say(\"it's a1\") - x...\n+say(\"b2\")\n"),
            file: "say(“it’s\u{A0}a1”) – x…\n", wanted: "say(\"b2\")\n", rung: .unicode),
        .init(
            name: "typography in the patch", patch: hunk(" say(“a1”)\n-b2\n+c3\n"), file: "say(\"a1\")\nb2\n",
            wanted: "say(\"a1\")\nc3\n", rung: .unicode),
        .init(
            name: "reduced context at the stated line",
            patch: hunk(" old1\n same2\n-b2()\n+c3()\n same3\n old4\n", "@@ -1,5 +1,5 @@"),
            file: "new1\nsame2\nb2()\nsame3\nnew4\n", wanted: "new1\nsame2\nc3()\nsame3\nnew4\n", rung: .reducedContext),
        .init(
            name: "no reduced context elsewhere",
            patch: hunk(" old1\n same2\n-b2()\n+c3()\n same3\n old4\n", "@@ -9,5 +9,5 @@"),
            file: "new1\nsame2\nb2()\nsame3\nnew4\n", wanted: nil),
        .init(
            name: "the lines next to the change must be there",
            patch: hunk(" same1\n old2\n-b2()\n+c3()\n same3\n", "@@ -1,4 +1,4 @@"), file: "same1\nnew2\nb2()\nsame3\n",
            wanted: nil),
        .init(
            name: "no line is deleted that is not shown as it is",
            patch: hunk(" same1\n-b2()\n-b3()\n+c3()\n same4\n", "@@ -1,4 +1,3 @@"), file: "same1\nb2()\nx3()\nsame4\n",
            wanted: nil),
        .init(name: "an empty file", patch: hunk("+a1\n", "@@ -0,0 +1 @@"), file: "", wanted: "a1\n", rung: .exact),
        .init(name: "nothing to go by", patch: hunk("+a1\n", "@@ -1,0 +2 @@"), file: "x\ny\n", wanted: nil),
        .init(
            name: "a mark stays", patch: hunk("-a1\n+b2\n"), file: "\u{FEFF}a1\nc\n", wanted: "\u{FEFF}b2\nc\n",
            rung: .exact),
        .init(
            name: "a mark goes where the patch says so", patch: hunk("-\u{FEFF}a1\n+a1\n b2\n"),
            file: "\u{FEFF}a1\nb2\n",
            wanted: "a1\nb2\n"),
    ]

    @Test(arguments: steps.indices) func aStepOfTheLadder(index: Int) throws {
        let step = Self.steps[index]
        let set = try PatchTrial.read(step.patch)
        let applied = try? PatchApplier.apply(set.files[0], to: Array(step.file.utf8))
        let text = applied?.content.map { String(decoding: $0, as: UTF8.self).debugDescription }
        #expect(text == step.wanted?.debugDescription, "\(step.name)")
        if let rung = step.rung { #expect(applied?.placements.map(\.rung) == [rung], "\(step.name)") }
    }

    static let twice = "a {\n    work()\n}\nb {\n    work()\n}\n"

    /// The number alone settles nothing while the file may have changed; in the file it was made from it does.
    @Test func numbersCountInTheBaseAlone() throws {
        let patch = PatchTrial.unified("@@ -5 +5 @@\n-    work()\n+    rest()\n")
        let wanted = "a {\n    work()\n}\nb {\n    rest()\n}\n"
        #expect(try PatchTrial.rejection(patch, to: Self.twice)?.detail.candidates == [2, 5])
        #expect(try PatchTrial.apply(patch, to: Self.twice, knowing: .base) == wanted)
        // Git's index line names the base.
        let blob = GitBlob.id(Array(Self.twice.utf8)).prefix(7)
        let git = "diff --git a/f b/f\nindex \(blob)..1234567 100644\n" + patch
        #expect(try PatchTrial.apply(git, to: Self.twice) == wanted)
        #expect(try PatchTrial.rejection(git, to: "\n" + Self.twice)?.detail.reason == .ambiguous)
        // Wrong counts are a model's, and so are its numbers.
        let wrong = PatchTrial.unified("@@ -5,3 +5,3 @@\n-    work()\n+    rest()\n")
        #expect(try PatchTrial.rejection(wrong, to: Self.twice, knowing: .base)?.detail.reason == .ambiguous)
    }

    @Test func insertionsWithoutContextHaveTheirPlaceInTheBase() throws {
        let patch = PatchTrial.unified("@@ -1,0 +2 @@\n+new\n")
        #expect(try PatchTrial.apply(patch, to: "a\nb\n", knowing: .base) == "a\nnew\nb\n")
    }

    @Test func theSameLinesInAnotherIndentationAreAnotherPlace() throws {
        let file = "a {\n    work()\n}\nb {\n        work()\n}\n"
        let block = "f.swift\n<<<<<<< SEARCH\n    work()\n=======\n    rest()\n>>>>>>> REPLACE\n"
        #expect(try PatchTrial.rejection(block, to: file)?.detail.candidates == [2, 5])
        // Number and bytes together say which.
        let unified = PatchTrial.unified("@@ -2 +2 @@\n-    work()\n+    rest()\n")
        #expect(try PatchTrial.apply(unified, to: file) == "a {\n    rest()\n}\nb {\n        work()\n}\n")
    }

    @Test func functionsThatChangedPlacesTakeTheirHunksWithThem() throws {
        let patch = PatchTrial.unified(
            "@@ -1,2 +1,2 @@\n func a1()\n-  old1\n+  new1\n@@ -3,2 +3,2 @@\n func b2()\n-  old2\n+  new2\n")
        #expect(
            try PatchTrial.apply(patch, to: "func b2()\n  old2\nfunc a1()\n  old1\n")
                == "func b2()\n  new2\nfunc a1()\n  new1\n")
    }

    @Test func twoHunksNeverChangeTheSameLines() throws {
        let same = "f.swift\n<<<<<<< SEARCH\na1\nb2\n=======\na1\nc3\n>>>>>>> REPLACE\n"
        let other = "f.swift\n<<<<<<< SEARCH\nb2\nd4\n=======\ne5\nd4\n>>>>>>> REPLACE\n"
        #expect(try PatchTrial.rejection(same + other, to: "a1\nb2\nd4\n")?.detail.reason == .overlap)
        // Shared context is none.
        let next = "f.swift\n<<<<<<< SEARCH\nb2\nd4\n=======\nb2\ne5\n>>>>>>> REPLACE\n"
        let first = "f.swift\n<<<<<<< SEARCH\na1\nb2\n=======\nz0\nb2\n>>>>>>> REPLACE\n"
        #expect(try PatchTrial.apply(next + first, to: "a1\nb2\nd4\n") == "z0\nb2\ne5\n")
    }
}
