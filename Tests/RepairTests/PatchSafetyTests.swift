import Model
import TestSupport
import Testing

@testable import Repair

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
        #expect(try UnifiedDiffParser.parse(mail).files.map(\.newPath) == ["x.txt"])
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
        #expect(throws: Failure.self) { try PatchRoundTripTests.apply(patch, to: file) }
        let removal = "--- a/f\n+++ b/f\n@@ -5,2 +5 @@\n-    let value = 1\n }\n"
        #expect(throws: Failure.self) { try PatchRoundTripTests.apply(removal, to: ["{", "}", "x", "y", "z"]) }
    }

    @Test func aRenameNeverOverwrites() async throws {
        let files = ["repos/api/one.swift": "1\n", "repos/api/two.swift": "precious\n"]
        await #expect(throws: Failure.self) { try await PatchPlanTests.plan(PatchPlanTests.rename, files) }
    }

    @Test func aCopyLeavesTheOriginal() async throws {
        let patch =
            "diff --git a/one.swift b/two.swift\nsimilarity index 90%\ncopy from one.swift\ncopy to two.swift\n--- a/one.swift\n+++ b/two.swift\n@@ -1 +1 @@\n-1\n+2\n"
        let files = ["repos/api/one.swift": "1\n"]
        // Taken as a copy or refused: the original may not vanish.
        if let result = try? await PatchPlanTests.result(patch, files) {
            #expect(result == ["repos/api/one.swift": "1\n", "repos/api/two.swift": "2\n"])
        }
    }

    /// `diff -u main.swift.orig main.swift`: two names for one file, and no rename.
    @Test func theOriginalsBackupNameMeansTheFile() async throws {
        let patch = "--- main.swift.orig\n+++ main.swift\n@@ -1 +1 @@\n-1\n+2\n"
        let files = ["repos/api/main.swift": "1\n"]
        #expect(try await PatchPlanTests.result(patch, files) == ["repos/api/main.swift": "2\n"])
    }

    /// SwiftPM prefers these to Package.swift, and these redirect where its dependencies come from.
    @Test(arguments: [
        "repos/api/Package@swift-6.swift", "repos/api/Package@swift-5.10.swift",
        "repos/api/.swiftpm/configuration/mirrors.json",
    ]) func manifestsByOtherNamesAreManifests(path: String) {
        #expect(throws: Failure.self) { try GuardPolicy().check(path) }
    }

    @Test func whatWasNotVerifiedIsNotCommitted() async throws {
        let repository = MemoryRepository(["repos/api/main.swift": RepairEngineTests.broken])
        var verifier = WordVerifier(repository: repository, services: RepairEngineTests.services())
        verifier.status = .unsupported
        var options = RepairEngine.Options()
        options.proposes = false
        let engine = RepairEngine(
            options: options, repository: repository, verifier: verifier, journal: MemoryJournal(),
            actions: MemoryActions())
        let feedback = Feedback(id: "x", description: "d", patch: RepairEngineTests.patch)
        let verdict = try await engine.decide(feedback, file: "x.json", digest: "d")
        #expect(verdict.decision == .rejected)
        #expect(await repository.main == MemoryRepository.id(1))
    }
}
