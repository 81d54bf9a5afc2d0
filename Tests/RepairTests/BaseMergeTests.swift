import Model
import Testing

@testable import Repair

/// Patches whose author says which commit they saw.
@Suite struct BaseMergeTests {
    /// Twice the same lines: without the base nobody could tell which are meant.
    static let then = "func a() {\n    return nil\n}\n\nfunc b() {\n    return nil\n}\n"
    static let patch = "--- a/main.swift\n+++ b/main.swift\n@@ -6,1 +6,1 @@\n-    return nil\n+    return 2\n"

    private func decide(_ now: String?, namesBase: Bool) async throws -> (verdict: Verdict, text: String?) {
        let repository = MemoryRepository(["repos/api/main.swift": Self.then])
        let base = await repository.main
        if let now { try await repository.commitToMain("repos/api/main.swift", now) }
        var options = RepairEngine.Options()
        options.proposes = false
        let engine = RepairEngine(
            options: options, repository: repository,
            verifier: WordVerifier(repository: repository, services: RepairEngineTests.services()),
            journal: MemoryJournal(), actions: MemoryActions())
        let feedback = Feedback(
            id: "a", description: "d", target: "api", patch: Self.patch, base: namesBase ? base : nil)
        let verdict = try await engine.decide(feedback, file: "x.json", digest: "d")
        return (verdict, await repository.text("repos/api/main.swift"))
    }

    @Test func linesThatStandThereTwiceAreToldApartByTheBase() async throws {
        let unknown = try await decide(nil, namesBase: false)
        #expect(unknown.verdict.decision == .rejected, "\(unknown.verdict.reason)")
        let known = try await decide(nil, namesBase: true)
        #expect(known.verdict.decision == .applied, "\(known.verdict.reason)")
        #expect(known.text == Self.then.replacing("func b() {\n    return nil", with: "func b() {\n    return 2"))
    }

    /// The double merges only where one side stands still; libgit2's merge has tests of its own.
    @Test func whatCannotBeMergedIsLocatedInTodaysFile() async throws {
        let (verdict, text) = try await decide("func b() {\n    return nil\n}\n", namesBase: true)
        #expect(verdict.decision == .applied, "\(verdict.reason)")
        #expect(text == "func b() {\n    return 2\n}\n")
    }

    @Test func aBaseThatIsNotHereIsAsNone() async throws {
        let repository = MemoryRepository(["repos/api/main.swift": RepairEngineTests.broken])
        let engine = RepairEngine(
            options: .init(), repository: repository,
            verifier: WordVerifier(repository: repository, services: RepairEngineTests.services()),
            journal: MemoryJournal(), actions: MemoryActions())
        let verdict = try await engine.decide(
            Feedback(id: "a", description: "d", patch: RepairEngineTests.patch, base: MemoryRepository.id(999)),
            file: "x.json", digest: "d")
        #expect(verdict.decision == .proposed, "\(verdict.reason)")
    }
}
