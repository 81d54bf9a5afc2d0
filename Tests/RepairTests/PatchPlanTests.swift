import Model
import Patches
import Testing

@testable import Repair

/// Files as a whole: made, removed, renamed - and never overwritten or lost on the way.
@Suite struct PatchPlanTests {
    static func plan(
        _ patch: String, _ files: [String: String], target: String? = nil, policy: GuardPolicy = GuardPolicy()
    ) async throws(Failure) -> PatchPlan {
        let repository = MemoryRepository(files)
        let tip = try await repository.tip()
        return try await PatchPlan.make(
            try PatchReader.read(Array(patch.utf8)), target: target, services: RepairEngineTests.services(),
            policy: policy, at: tip, in: repository)
    }

    static func result(_ patch: String, _ files: [String: String]) async throws(Failure) -> [String: String] {
        var result = files
        for edit in try await plan(patch, files).edits {
            result[edit.path] = edit.content.map { String(decoding: $0, as: UTF8.self) }
        }
        return result
    }

    @Test func aTargetThatIsNothingThereIsAMistake() async throws {
        let patch = "--- a/Sources/main.swift\n+++ b/Sources/main.swift\n@@ -1 +1 @@\n-m\n+n\n"
        let files = ["repos/api/Sources/main.swift": "m\n", "repos/web/Package.swift": "p\n"]
        for target in ["api", "repos/api", "Sources/main.swift", "Sources", "main.swift", "repos/api/Sources"] {
            #expect(try await Self.plan(patch, files, target: target).services.first?.name.text == "api", "\(target)")
        }
        let failure = await #expect(throws: Failure.self) { try await Self.plan(patch, files, target: "apy") }
        #expect(failure?.code.rawValue == "feedback.target" && failure?.remedy?.contains("'api'") == true)
    }

    static let rename =
        "diff --git a/one.swift b/two.swift\nsimilarity index 100%\nrename from one.swift\nrename to two.swift\n"

    @Test func aRenameMovesTheFile() async throws {
        let files = ["repos/api/one.swift": "1\n", "repos/api/main.swift": "m\n"]
        #expect(
            try await Self.result(Self.rename, files) == ["repos/api/two.swift": "1\n", "repos/api/main.swift": "m\n"])
    }

    @Test func aDeletionTakesTheWholeFileOnly() async throws {
        let patch = "--- a/one.swift\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"
        #expect(try await Self.result(patch, ["repos/api/one.swift": "1\n", "repos/api/x": ""]) == ["repos/api/x": ""])
        await #expect(throws: Failure.self) { try await Self.plan(patch, ["repos/api/one.swift": "1\n2\n"]) }
    }

    @Test func aNewFileIsMadeAndNeverOverOne() async throws {
        let patch = "--- /dev/null\n+++ b/Sources/new.swift\n@@ -0,0 +1 @@\n+n\n"
        let files = ["repos/api/Sources/main.swift": "m\n"]
        #expect(try await Self.result(patch, files)["repos/api/Sources/new.swift"] == "n\n")
        var taken = files
        taken["repos/api/Sources/new.swift"] = "other\n"
        await #expect(throws: Failure.self) { try await Self.plan(patch, taken) }
        taken["repos/api/Sources/new.swift"] = "n\n"
        #expect(try await Self.plan(patch, taken).isAlreadyApplied)
    }

    @Test func allFilesOrNone() async throws {
        let good = "--- a/main.swift\n+++ b/main.swift\n@@ -1 +1 @@\n-m\n+M\n"
        let bad = "--- a/other.swift\n+++ b/other.swift\n@@ -1 +1 @@\n-o\n+O\n"
        let files = ["repos/api/main.swift": "m\n", "repos/api/other.swift": "changed\n"]
        await #expect(throws: Failure.self) { try await Self.plan(good + bad, files) }
    }

    @Test func twoServicesInOnePatchAreBothItsOwn() async throws {
        let one = "--- a/repos/api/main.swift\n+++ b/repos/api/main.swift\n@@ -1 +1 @@\n-m\n+M\n"
        let two = "--- a/repos/web/main.swift\n+++ b/repos/web/main.swift\n@@ -1 +1 @@\n-m\n+M\n"
        let files = ["repos/api/main.swift": "m\n", "repos/web/main.swift": "m\n"]
        #expect(try await Self.plan(one + two, files).services.map(\.name.text) == ["api", "web"])
        // Where one of them is named, the patch is for no other.
        await #expect(throws: Failure.self) { try await Self.plan(one + two, files, target: "api") }
    }

    @Test(arguments: ["100755", "120000", "160000"]) func newExecutablesLinksAndSubmodulesAreRefused(mode: String)
        async throws
    {
        let patch =
            "diff --git a/Sources/x b/Sources/x\nnew file mode \(mode)\n--- /dev/null\n+++ b/Sources/x\n@@ -0,0 +1 @@\n+x\n"
        await #expect(throws: Failure.self) { try await Self.plan(patch, ["repos/api/Sources/main.swift": "m\n"]) }
    }
}
