import Model
import TestSupport
import Testing

@testable import Patches

/// Nothing is applied twice, in the wrong place, over another file, or unverified.
@Suite struct PatchSafetyTests {
    /// `git format-patch` ends every mail with a signature.
    @Test(arguments: ["-- \n2.39.5\n", "-- \n2.39.5\n\n", "--\n2.39.5\n"])
    func aMailedPatchMayEndInASignature(signature: String) throws {
        let mail = """
            From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
            From: A <a@b>
            Subject: [PATCH] Mend

            ---
             x.txt | 2 +-
             1 file changed, 1 insertion(+), 1 deletion(-)

            diff --git a/x.txt b/x.txt
            index 1111111..2222222 100644
            --- a/x.txt
            +++ b/x.txt
            \(PatchFormTests.body)\(signature)
            """
        #expect(try PatchTrial.read(mail).files.map(\.newPath) == ["x.txt"])
    }

    /// At the top, in the middle and at the end: what is there already is never put there a second time.
    @Test(arguments: 0..<300) func aPatchThatIsAlreadyThereChangesNothing(seed: Int) throws {
        let (old, new) = PatchRoundTripTests.edit(seed, alphabet: nil)
        guard old != new, !new.isEmpty else { return }
        let patch = ReferenceDiff.patch(old, new)
        let applied = try PatchRoundTripTests.apply(patch, to: new)
        #expect(applied.isUnchanged && applied.content == PatchRoundTripTests.bytes(new), "\(patch)")
        let moved = ["above"] + new + ["below"]
        // Hunks of a line or two say too little to be recognised elsewhere: then a refusal, but never a second time.
        guard let again = try? PatchRoundTripTests.apply(patch, to: moved) else { return }
        #expect(again.isUnchanged && again.content == PatchRoundTripTests.bytes(moved), "\(patch)")
    }

    @Test func anImportAtTheTopIsNotAddedTwice() throws {
        let old = ["import A", "", "let x = 1", "let y = 2"]
        let patch = ReferenceDiff.patch(old, ["import Foundation"] + old)
        #expect(try PatchRoundTripTests.apply(patch, to: ["import Foundation"] + old).isUnchanged)
    }

    /// A part of the patch is there already, in a file of few different lines: the rest goes where it belongs, or nowhere.
    @Test(arguments: 0..<300) func theRestOfAHalfAppliedPatchGoesWhereItBelongs(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let head = (0..<12).map { "head \($0)" }
        let tail = (0..<30).map { _ in String(Int.random(in: 0..<2, using: &random)) }
        let at = Int.random(in: 4..<26, using: &random)
        var changed = tail
        changed[at] = "changed"
        let grown = head[..<6] + ["new 1", "new 2"] + head[6...]
        let patch = ReferenceDiff.patch(head + tail, grown + changed)
        guard let applied = try? PatchRoundTripTests.apply(patch, to: grown + tail) else { return }
        #expect(applied.content == PatchRoundTripTests.bytes(grown + changed), "\(patch)")
    }

    /// What the patch wants to replace is gone, and the lines it would leave stand elsewhere by chance: that is no success.
    @Test func theResultElsewhereIsNotTheResult() throws {
        let file = ["func a() {", "    return nil", "}", "func b() {", "    let other = 2", "}"]
        let patch = "--- a/f\n+++ b/f\n@@ -5 +5 @@\n-    let value = 1\n+    return nil\n"
        #expect(throws: PatchRejection.self) { try PatchRoundTripTests.apply(patch, to: file) }
        let removal = "--- a/f\n+++ b/f\n@@ -5,2 +5 @@\n-    let value = 1\n }\n"
        #expect(throws: PatchRejection.self) { try PatchRoundTripTests.apply(removal, to: ["{", "}", "x", "y", "z"]) }
    }
}
