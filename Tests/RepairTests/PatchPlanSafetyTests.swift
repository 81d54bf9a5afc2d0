import Model
import Testing

@testable import Repair

/// Nothing is overwritten, lost, or committed unverified.
@Suite struct PatchPlanSafetyTests {
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

    /// A new file may lie anywhere; these are meant where the deployer reads them.
    @Test(arguments: ["deployer.yaml", "dispatcher.env", "plugins.lock"], [nil, "api"] as [String?])
    func theDeployersOwnFilesAreNotMovedIntoAService(name: String, target: String?) async throws {
        let patch = "--- /dev/null\n+++ b/\(name)\n@@ -0,0 +1 @@\n+a: 1\n"
        let files = ["repos/api/one.swift": "1\n"]
        let refused = await #expect(throws: Failure.self) {
            try await PatchPlanTests.plan(patch, files, target: target)
        }
        #expect(
            refused?.code.rawValue == Rejection.refused.rawValue
                && refused?.message.contains("own configuration") == true, "\(refused as Any)")
        // Where it is said, it is meant.
        let said = patch.replacing("b/\(name)", with: "b/repos/api/\(name)")
        #expect(try await PatchPlanTests.result(said, files)["repos/api/\(name)"] == "a: 1\n")
    }

    @Test func aServicesFileOfSuchANameMayBeChanged() async throws {
        let patch = "--- a/deployer.yaml\n+++ b/deployer.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n"
        let files = ["repos/api/deployer.yaml": "a: 1\n"]
        #expect(try await PatchPlanTests.result(patch, files) == ["repos/api/deployer.yaml": "a: 2\n"])
        var both = files
        both["deployer.yaml"] = "a: 1\n"
        await #expect(throws: Failure.self) { try await PatchPlanTests.plan(patch, both) }
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
