import Model
import Testing

@testable import Patches

/// What models make of a unified diff. Each of these turns the same file into the same result.
@Suite struct UnifiedShapesTests {
    static let file = "import A\n\nfunc one() {\n    work(1)\n}\n\nfunc two() {\n    work(2)\n}\n"
    static let wanted = "import A\n\nfunc one() {\n    work(1)\n}\n\nfunc two() {\n    work(3)\n}\n"
    static let body = " func two() {\n-    work(2)\n+    work(3)\n }\n"

    static let shapes: [(String, String)] = [
        ("plain", "--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@\n" + body),
        (
            "git",
            "diff --git a/f b/f\nindex 1234567..89abcde 100644\n--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@ func one() {\n" + body
        ),
        ("wrong numbers", "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n" + body),
        ("counts too small", "--- a/f\n+++ b/f\n@@ -7,1 +7,1 @@\n" + body),
        ("counts too large", "--- a/f\n+++ b/f\n@@ -7,30 +7,31 @@\n" + body),
        ("no numbers", "--- a/f\n+++ b/f\n@@\n" + body),
        ("no @@ line", "--- a/f\n+++ b/f\n" + body),
        ("no @@ line in git's", "diff --git a/f b/f\n--- a/f\n+++ b/f\n" + body + "\nThat should do.\n"),
        ("no @@ line in a code block", "```diff\n--- a/f\n+++ b/f\n" + body + "```\nDone.\n- by me\n"),
        ("dots for numbers", "--- a/f\n+++ b/f\n@@ ... @@\n" + body),
        ("unfinished header", "--- a/f\n+++ b/f\n@@ -7,3 +7,3\n" + body),
        ("a hint alone", "--- a/f\n+++ b/f\n@@ func two() {\n" + body),
        ("a hint between signs", "--- a/f\n+++ b/f\n@@ func two() @@\n" + body),
        ("code block", "```diff\n--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@\n" + body + "```\n"),
        ("code block with wrong counts", "```diff\n--- a/f\n+++ b/f\n@@ -7 +7 @@\n" + body + "```\nDone.\n- by me\n"),
        ("tildes", "~~~\n--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@\n" + body + "~~~\n"),
        ("text around", "Here it is:\n\n--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@\n" + body + "\nThat should do.\n"),
        ("text behind wrong counts", "--- a/f\n+++ b/f\n@@ -7,9 +7,9 @@\n" + body + "\nThat should do it.\n"),
        ("no blank before context", "--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@\nfunc two() {\n-    work(2)\n+    work(3)\n}\n"),
        ("no blank, no counts", "--- a/f\n+++ b/f\n@@\nfunc two() {\n-    work(2)\n+    work(3)\n}\n"),
        (
            "CR LF on the way",
            ("--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@\n" + body).split(separator: "\n").map { $0 + "\r\n" }.joined()
        ),
        ("no line feed at the end", "--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@\n" + body.dropLast()),
        ("no --- line", "+++ b/f\n@@ -7,3 +7,3 @@\n" + body),
        ("no +++ line", "--- a/f\n@@ -7,3 +7,3 @@\n" + body),
        ("names without prefixes", "--- f\n+++ f\n@@ -7,3 +7,3 @@\n" + body),
        (
            "a time stamp",
            "--- f\t2026-01-01 00:00:00 +0000\n+++ f\t2026-01-02 00:00:00 +0000\n@@ -7,3 +7,3 @@\n" + body
        ),
        ("no indentation", "--- a/f\n+++ b/f\n@@ -7,3 +7,3 @@\n-work(2)\n+work(3)\n"),
        ("a line of another indentation", "--- a/f\n+++ b/f\n@@ -8 +8 @@\n-\twork(2)\n+\twork(3)\n"),
    ]

    @Test(arguments: shapes.indices) func everyShapeIsRead(index: Int) throws {
        let (name, patch) = Self.shapes[index]
        #expect(try PatchTrial.apply(patch, to: Self.file) == Self.wanted, "\(name)")
    }

    @Test func hunksWithoutNamesAreForTheTarget() throws {
        let patch = "@@ -7,3 +7,3 @@\n" + Self.body
        #expect(try PatchTrial.apply(patch, to: Self.file, target: "f") == Self.wanted)
        let failure = #expect(throws: Failure.self) { try PatchTrial.read(patch) }
        #expect(failure?.message.contains("line 1 of the patch") == true)
    }

    @Test func renamesCopiesAndModesAreRead() throws {
        let set = try PatchTrial.read(
            """
            diff --git a/one b/two
            similarity index 90%
            rename from one
            rename to two
            --- a/one
            +++ b/two
            @@ -1 +1 @@
            -a
            +b
            diff --git a/x b/y
            similarity index 100%
            copy from x
            copy to y
            diff --git a/run.sh b/run.sh
            old mode 100644
            new mode 100755
            diff --git a/new b/new
            new file mode 100644
            index 0000000..e69de29
            diff --git a/gone b/gone
            deleted file mode 100644
            index 1234567..0000000
            --- a/gone
            +++ /dev/null
            @@ -1 +0,0 @@
            -x

            """)
        #expect(set.files.map(\.kind) == [.rename, .copy, .modify, .create, .delete])
        #expect(set.files.map(\.oldPath) == ["one", "x", "run.sh", nil, "gone"])
        #expect(set.files.map(\.newPath) == ["two", "y", "run.sh", "new", nil])
        #expect(set.files[2].newMode == "100755" && set.files[3].newMode == "100644")
        #expect(try PatchApplier.apply(set.files[3], to: nil).content == [])
        #expect(try PatchApplier.apply(set.files[1], to: [1]).content == [1])
    }

    @Test func hunksOfOneFileStandTogether() throws {
        let set = try PatchTrial.read(
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n--- a/f\n+++ b/f\n@@ -9 +9 @@\n-c\n+d\n"
        )
        #expect(set.files.map(\.name) == ["f", "g"] && set.files[0].hunks.count == 2)
    }

    @Test(arguments: [
        ("diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n++b\n", "merge"),
        ("*** f\n--- f\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n", "context diff"),
        (
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n\n*** Begin Patch\n*** Delete File: x\n*** End Patch\n",
            "one dialect"
        ),
        ("```\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n```\n+c\n```\n", "end of the code block"),
        ("--- /dev/null\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", "to be created"),
        ("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n@@ -3 +3 @@\n same\n", "changes nothing"),
        ("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n\nAnd:\n\n@@ -3 +3 @@\n-c\n+d\n", "names no file"),
        ("diff --git a/f b/f\nrename from f\n", "only one of its two files"),
        ("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n-b\n+a\n+// ... existing code ...\n", "does not show"),
    ]) func whatCannotBeMeantIsRefused(patch: String, why: String) {
        let failure = #expect(throws: Failure.self) { try PatchTrial.read(patch, .unified) }
        let text = failure.map { "\($0)" } ?? ""
        #expect(text.contains(why) && text.contains("of the patch") && failure?.isRejection == true, "\(text)")
    }
}
