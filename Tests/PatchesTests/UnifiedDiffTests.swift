import Model
import Testing

@testable import Patches

@Suite struct UnifiedDiffTests {
    @Test func gitAndPlainDiffsAreRead() throws {
        let text = """
            From: somebody
            diff --git a/x/a.swift b/x/a.swift
            index 123..456 100644
            --- a/x/a.swift
            +++ b/x/a.swift
            @@ -1,2 +1,3 @@ func f()
             one
            +two
             three
            diff --git a/gone b/gone
            deleted file mode 100644
            --- a/gone
            +++ /dev/null
            @@ -1 +0,0 @@
            -only
            diff --git a/old name b/new name
            similarity index 100%
            rename from old name
            rename to new name
            --- plain.txt\t2026-01-01 00:00:00
            +++ plain.txt\t2026-01-02 00:00:00
            @@ -3 +3 @@
            -a
            \\ No newline at end of file
            +b

            """
        let diff = try PatchTrial.read(text, .unified)
        #expect(diff.files.map(\.newPath) == ["x/a.swift", nil, "new name", "plain.txt"])
        #expect(diff.files[1].kind == .delete && diff.files[2].kind == .rename && diff.files[2].hunks.isEmpty)
        #expect(diff.files[3].hunks[0].old == [Array("a".utf8)])
        #expect(diff.files[3].hunks[0].new == [Array("b\n".utf8)])
    }

    @Test(arguments: [
        ("", "no unified diff"), ("hello", "no unified diff"),
        ("--- a/x\n+++ b/x\nno hunk", "no hunk follows"),
        ("--- a/x\n+++ b/x\n@@ nonsense @@\n", "changes nothing"),
        ("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n", "changes nothing"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\n+c\n", "longer than its header"),
        ("--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\n-b\n+c", "ends in the middle"),
        ("@@ -1 +1 @@\n-a\n+b\n", "before any file name"),
        ("diff --git a/x b/x\nGIT binary patch\n", "binary"),
        ("--- a/x\n+++ b/x\n@@ -99999999999999999999 +1 @@\n-a\n+b\n", "no hunk header"),
    ])
    func whatIsWrongIsSaidWithItsLine(text: String, why: String) {
        let failure = #expect(throws: Failure.self) { try PatchTrial.read(text, .unified) }
        #expect(failure?.message.contains(why) == true, "\(String(describing: failure))")
    }

    @Test func quotedNamesAreUnquoted() throws {
        let diff = try PatchTrial.read(
            "--- \"a/\\303\\244.txt\"\n+++ \"b/\\303\\244.txt\"\n@@ -1 +1 @@\n-a\n+b\n")
        #expect(diff.files.first?.newPath == "ä.txt")
    }
}
