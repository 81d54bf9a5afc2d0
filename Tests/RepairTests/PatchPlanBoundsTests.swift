import Model
import Testing

@testable import Repair

/// What no tree may hold, and what is too large: refused as the patch's fault.
@Suite struct PatchPlanBoundsTests {
    @Test func aFileThatIsTooLargeIsRefusedBeforeItIsTakenApart() async throws {
        let patch = "--- a/big.txt\n+++ b/big.txt\n@@ -1 +1 @@\n-a\n+b\n"
        var policy = GuardPolicy()
        policy.maximumFileBytes = 10
        let failure = await #expect(throws: Failure.self) {
            try await PatchPlanTests.plan(patch, ["repos/api/big.txt": "a\nbcdefghijkl\n"], policy: policy)
        }
        #expect(failure?.isRejection == true)
    }

    /// git would refuse them when the tree is written, and the feedback would wait for ever.
    @Test(arguments: [
        "Sources/" + String(repeating: "x", count: 256), "Sources/.git./x", "Sources/.GIT /x", "Sources/./x",
        "Sources/" + String(repeating: "dir/", count: 1000) + "x",
        "repos/api/.git:stream/x", "repos/api/" + String(repeating: "d/", count: 600) + "f",
    ]) func namesThatNoTreeMayHoldAreRefused(path: String) async throws {
        let patch = "--- /dev/null\n+++ \"b/\(path)\"\n@@ -0,0 +1 @@\n+x\n"
        let failure = await #expect(throws: Failure.self) {
            try await PatchPlanTests.plan(patch, ["repos/api/Sources/main.swift": "m\n"])
        }
        #expect(failure?.code.rawValue == "feedback.refused", "\(String(describing: failure))")
    }

    @Test func aFileCannotLieInAFileThatThePatchMakes() async throws {
        let file = { (path: String) in "--- /dev/null\n+++ b/\(path)\n@@ -0,0 +1 @@\n+x\n" }
        for patch in [file("Sources/a") + file("Sources/a/b"), file("Sources/a/b") + file("Sources/a")] {
            let failure = await #expect(throws: Failure.self) {
                try await PatchPlanTests.plan(patch, ["repos/api/Sources/main.swift": "m\n"])
            }
            #expect(failure?.code.rawValue == "feedback.refused", "\(String(describing: failure))")
        }
    }
}
