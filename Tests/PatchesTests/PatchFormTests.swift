import Model
import TestSupport
import Testing

@testable import Patches

/// The forms in which patches really arrive.
@Suite struct PatchFormTests {
    static let body = "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"

    static func names(_ text: String) throws -> [String?] {
        let file = try #require(try PatchTrial.read(text, .unified).files.first)
        return [file.oldPath, file.newPath]
    }

    @Test(arguments: [
        ("--- a/x\n+++ b/x\n", "x"), ("--- x\n+++ x\n", "x"), ("--- x\t2026-01-01\n+++ x\t2026-01-02\n", "x"),
        ("Index: x\n====\n--- x\t(revision 1)\n+++ x\t(working copy)\n", "x"),
        ("diff -u a/x b/x\n--- a/x\n+++ b/x\n", "x"), ("--- a/a/x\n+++ b/a/x\n", "a/x"),
        ("diff --git x x\nindex 1..2 100644\n--- x\n+++ x\n", "x"),
        ("diff --git a/x y b/x y\n--- a/x y\t\n+++ b/x y\t\n", "x y"),
    ]) func headersOfEveryKindNameTheFile(header: String, name: String) throws {
        #expect(try Self.names(header + Self.body) == [name, name])
    }

    @Test func aPatchWithCarriageReturnsKeepsThem() throws {
        let text = ("--- a/x\n+++ b/x\n" + Self.body).split(separator: "\n").joined(separator: "\r\n") + "\r\n"
        let diff = try PatchTrial.read(text, .unified)
        let applied = try PatchTrial.apply(diff.files[0].hunks, to: Array("a\r\nb\r\nc\r\n".utf8))
        #expect(applied.content == Array("a\r\nB\r\nc\r\n".utf8))
    }

    /// Truncations and single damaged characters of a good patch: read, or refused with a reason; never a crash.
    @Test func damagedPatchesAreAnswered() {
        let good = Array(
            """
            diff --git a/x b/y
            similarity index 90%
            rename from x
            rename to y
            --- a/x
            +++ b/y
            \(Self.body)\\ No newline at end of file
            diff --git "a/\\303\\244" "b/\\303\\244"
            new file mode 100644
            --- /dev/null
            +++ "b/\\303\\244"
            @@ -0,0 +1 @@
            +x
            """.utf8)
        var random = SeededRandom(seed: 1)
        for index in good.indices {
            for text in [
                Array(good[..<index]),
                good[..<index] + [UInt8.random(in: 0..<128, using: &random)] + good[(index + 1)...],
            ] {
                do throws(Failure) {
                    let diff = try PatchReader.read(text)
                    for file in diff.files {
                        _ = try? PatchApplier.apply(file, to: Array("a\nb\nc".utf8))
                    }
                } catch {
                    #expect(error.code.rawValue == "feedback.patch" && !error.message.isEmpty)
                }
            }
        }
    }
}
