import Model
import Testing

@testable import Patches

/// What people and tools send beside the plain forms: names that mean another file than they seem to, and text that is no patch in
/// any dialect but looks enough like one to be taken for a snippet.
@Suite struct OddInputTests {
    private let file = "one\ntwo\nthree\nfour\n"
    private static let hunk = "@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n"
    private static let gone = "@@ -1,4 +0,0 @@\n-one\n-two\n-three\n-four\n"
    private static let made = "@@ -0,0 +1 @@\n+x\n"

    static let names: [(String, old: String?, new: String?)] = [
        // git diff --no-prefix: a folder may be called a or b.
        ("diff --git a/f a/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n" + gone, "a/f", nil),
        ("diff --git b/f b/f\nnew file mode 100644\n--- /dev/null\n+++ b/f\n" + made, nil, "b/f"),
        ("diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n" + gone, "f", nil),
        // diff.mnemonicPrefix.
        ("diff --git i/f w/f\ndeleted file mode 100644\n--- i/f\n+++ /dev/null\n" + gone, "f", nil),
        ("diff --git c/f i/f\nnew file mode 100644\n--- /dev/null\n+++ i/f\n" + made, nil, "f"),
        ("diff --git i/f w/f\nold mode 100644\nnew mode 100755\n", "f", "f"),
        (
            "diff --git a/my file b/my file\nnew file mode 100644\n--- /dev/null\n+++ b/my file\t\n" + made, nil,
            "my file"
        ),
        // Time stamps behind quoted names, and behind blanks where a tab was.
        ("--- \"a/\\303\\244\"\t2026-01-01\n+++ \"b/\\303\\244\"\t2026-01-02\n" + hunk, "ä", "ä"),
        ("--- a/f 2026-01-01 00:00:00.000000000 +0000\n+++ b/f 2026-01-02 10:00:00.123 +0100\n" + hunk, "f", "f"),
        // diff -N shows a file that is not there with the beginning of time.
        ("--- f\t1970-01-01 00:00:00.000000000 +0000\n+++ f\t2026-01-02 00:00:00 +0000\n" + made, nil, "f"),
        ("--- f\t2026-01-02 00:00:00 +0000\n+++ f\t1970-01-01 01:00:00.000000000 +0100\n" + gone, "f", nil),
        ("--- f\t2026-01-02 00:00:00 +0000\n+++ f\t1969-12-31 19:00:00.000000000 -0500\n" + gone, "f", nil),
    ]

    @Test(arguments: names.indices) func theNameIsTheFiles(index: Int) throws {
        let (patch, old, new) = Self.names[index]
        let read = try PatchTrial.read(patch).files
        #expect(read.count == 1 && read[0].oldPath == old && read[0].newPath == new, "\(patch)\n\(read)")
    }

    @Test func aFileThatIsGoneIsNotLeftEmpty() throws {
        let patch = "--- f\t2026-01-02 00:00:00 +0000\n+++ f\t1970-01-01 00:00:00.000000000 +0000\n" + Self.gone
        let set = try PatchTrial.read(patch)
        #expect(try PatchApplier.apply(set.files[0], to: Array(file.utf8)).content == nil)
    }

    private static func wide(_ text: String, _ order: (UInt16) -> [UInt8]) -> [UInt8] { text.utf16.flatMap(order) }

    static let foreign: [(name: String, patch: [UInt8], why: String)] = [
        (
            "UTF-16, little end first", wide("--- a/f\n+++ b/f\n" + hunk) { [UInt8($0 & 255), UInt8($0 >> 8)] },
            "UTF-16"
        ),
        ("UTF-16, big end first", wide("--- a/f\n+++ b/f\n" + hunk) { [UInt8($0 >> 8), UInt8($0 & 255)] }, "UTF-16"),
        (
            "an indented diff",
            Array("1. Do:\n   ```diff\n   --- a/f\n   +++ b/f\n   @@ -1 +1 @@\n   -two\n   +TWO\n   ```\n".utf8),
            "indented"
        ),
        (
            "an indented envelope",
            Array("  *** Begin Patch\n  *** Update File: f\n  @@\n  -two\n  +TWO\n  *** End Patch\n".utf8), "indented"
        ),
        (
            "colours",
            Array("\u{1B}[1m--- a/f\u{1B}[m\n\u{1B}[1m+++ b/f\u{1B}[m\n\u{1B}[36m@@ -1 +1 @@\u{1B}[m\n".utf8), "colour"
        ),
        ("a quoted mail", Array("> --- a/f\n> +++ b/f\n> @@ -1 +1 @@\n> -two\n> +TWO\n".utf8), "indented"),
        ("a normal diff", Array("2c2\n< two\n---\n> TWO\n".utf8), "normal diff"),
        ("an insertion of a normal diff", Array("2a3,4\n> a\n> b\n".utf8), "normal diff"),
        (
            "a context diff", Array("*** a/f\t2026\n--- b/f\t2026\n***************\n*** 1 ****\n! a\n".utf8),
            "context diff"
        ),
        ("a binary difference", Array("Binary files a/x.png and b/x.png differ\n".utf8), "binary"),
        ("a conflict", Array("<<<<<<< HEAD\ntwo\n=======\nTWO\n>>>>>>> branch\n".utf8), "conflict"),
        ("a submodule's log", Array("Submodule sub 1234567..89abcde:\n  > fix\n".utf8), "submodule"),
    ]

    /// None of them is a snippet, though a target is named.
    @Test(arguments: foreign.indices) func whatIsNoSnippetIsRefusedWithWords(index: Int) {
        let (name, patch, why) = Self.foreign[index]
        let failure = #expect(throws: Failure.self) { try PatchReader.read(patch, target: "f") }
        #expect(
            failure?.message.contains(why) == true && failure?.remedy != nil, "\(name): \(failure?.message ?? "taken")")
    }

    /// Who says that it is a snippet means it.
    @Test func aSnippetThatShowsADiffIsOneWhereItsAuthorSaysSo() throws {
        let text = "Usage:\n\n    --- a/f\n    +++ b/f\n    @@ -1 +1 @@\n"
        #expect(try PatchTrial.read(text, .snippet, target: "README.md").format == .snippet)
    }

    @Test(arguments: ["old mode 100644\nnew mode abc", "new file mode 777", "old mode 100644\nnew mode 100000755"])
    func aModeThatGitHasNotIsRefused(lines: String) {
        let failure = #expect(throws: Failure.self) { try PatchTrial.read("diff --git a/f b/f\n\(lines)\n") }
        #expect(failure?.message.contains("mode") == true && failure?.remedy != nil)
    }

    @Test(arguments: [
        "diff --git a/f b/g\n", "diff --git a/f b/f\nindex 5626abf..814f4a4 100644\n",
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-one\n\\ No newline at end of file\n\\ No newline at end of file\n+ONE\n",
        ">>>>>>> REPLACE\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "--- \n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n",
    ]) func everyRefusalSaysWhatToDo(patch: String) {
        let failure = #expect(throws: Failure.self) { try PatchTrial.read(patch, target: "f") }
        #expect(failure?.remedy?.isEmpty == false, "\(failure?.message ?? "taken")")
    }
}
