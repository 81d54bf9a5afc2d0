import Model
import Testing

@testable import Repair

/// Tests that fail once are run again before they are held against a patch.
@Suite struct FlakyTests {
    /// `web` depends on `api`.
    private func decide(api: String = "", web: String = "") async throws -> (verdict: Verdict, count: Int) {
        let repository = MemoryRepository([
            "repos/api/main.swift": "let a = 1\nlet b = 1\nlet c = 3\n" + api,
            "repos/web/main.swift": "let w = 1\n" + web,
        ])
        var services = RepairEngineTests.services()
        services[1].dependsOn = [services[0].name]
        var verifier = WordVerifier(repository: repository, services: services)
        let book = RepairQueueTests.Book()
        verifier.count = { book.note("verified") }
        let engine = RepairEngine(
            options: .init(), repository: repository, verifier: verifier, journal: MemoryJournal(),
            actions: MemoryActions())
        let patch = RepairEngineTests.patch.replacing("BROKEN", with: "1")
        let verdict = try await engine.decide(
            Feedback(id: "a", description: "d", target: "api", patch: patch), file: "x.json", digest: "d")
        return (verdict, book.all.count)
    }

    /// In the service that is patched, before one without tests, and in one that depends on it.
    @Test(arguments: [true, false]) func aTestThatFailsOnceIsNamedAndHeldAgainstNobody(isInPatched: Bool) async throws {
        let lines = "// test a fails once\n// test b passes\n"
        let (verdict, count) =
            isInPatched ? try await decide(api: lines) : try await decide(web: lines)
        #expect(verdict.decision == .proposed, "\(verdict.reason)")
        #expect(verdict.flaky == [isInPatched ? "api: S.a" : "web: S.a"])
        // With the patch, without it, and with it again.
        #expect(count == 3)
        #expect(verdict.tried.allSatisfy { $0.status.allowsProgress })
    }

    @Test func aTestThatFailsEachTimeWithThePatchIsNotFlaky() async throws {
        let repository = MemoryRepository(["repos/api/main.swift": "// mend a\n// test a fails\n// test b fails once\n"]
        )
        let engine = RepairEngine(
            options: .init(), repository: repository,
            verifier: WordVerifier(repository: repository, services: RepairEngineTests.services()),
            journal: MemoryJournal(), actions: MemoryActions())
        let patch =
            "--- a/main.swift\n+++ b/main.swift\n@@ -1,3 +1,2 @@\n-// mend a\n // test a fails\n // test b fails once\n"
        let verdict = try await engine.decide(
            Feedback(id: "a", description: "d", target: "api", patch: patch), file: "x.json", digest: "d")
        #expect(verdict.decision == .rejected && verdict.flaky == ["S.b"], "\(verdict.flaky)")
        #expect(verdict.reason.contains("S.a") && !verdict.reason.contains("S.b"), "\(verdict.reason)")
    }

    @Test func aTestThatBreaksIsNamedWithItsServiceWhereSeveralAreTried() async throws {
        let repository = MemoryRepository([
            "repos/api/main.swift": "// mend a\n// test a fails\n", "repos/web/main.swift": "// test w passes\n",
        ])
        var services = RepairEngineTests.services()
        services[1].dependsOn = [services[0].name]
        let engine = RepairEngine(
            options: .init(), repository: repository,
            verifier: WordVerifier(repository: repository, services: services), journal: MemoryJournal(),
            actions: MemoryActions())
        let patch = "--- a/main.swift\n+++ b/main.swift\n@@ -1,2 +1 @@\n-// mend a\n // test a fails\n"
        let verdict = try await engine.decide(
            Feedback(id: "a", description: "d", target: "api", patch: patch), file: "x.json", digest: "d")
        #expect(verdict.decision == .rejected && verdict.reason.contains("api: S.a"), "\(verdict.reason)")
        #expect(!verdict.reason.contains("web"), "\(verdict.reason)")
        #expect(verdict.tried.compactMap(\.service?.text) == ["api", "api", "web", "web"])
    }
}
