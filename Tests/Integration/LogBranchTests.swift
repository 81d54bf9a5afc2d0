import Foundation
import Git
import Model
import TestSupport
import Testing

/// The branch that is forced with every push: nobody's work is lost by it, and no log either.
@Suite struct LogBranchTests {
    private static func cycle(_ number: Int, _ service: Scripted, _ workspace: Workspace) async throws -> String {
        try await workspace.commit([service.path("greeting"): "alpha \(number)"])
        let result = try await workspace.once()
        #expect(result.status == 0, "\(result.text)")
        return result.text
    }

    @Test func aBranchOfSomebodysIsNotOverwritten() async throws {
        let service = try await Scripted.services("alpha")[0]
        let settings = ["DISPATCHER_LOG_BRANCH": "release"]
        try await Workspace.with(service.files("alpha 1"), environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            let work = try #require(try await workspace.tip())
            try await workspace.origin.update("refs/heads/release", to: work, expecting: .absent, reason: "work")
            for number in 2...3 {
                let text = try await Self.cycle(number, service, workspace)
                #expect(text.contains("the branch 'release' of") && text.contains("logs.branch"), "\(text)")
                #expect(try await workspace.tip("release") == work)
            }
        }
    }

    @Test(arguments: ["main", "codex/logs"]) func aBranchThatIsInUseIsRefused(_ branch: String) async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            let main = try await workspace.tip()
            for arguments in [["run", "--once"], ["config"], ["plan"]] {
                let result = try await workspace.host(arguments, with: ["DISPATCHER_LOG_BRANCH": branch])
                #expect(
                    result.status == 2 && result.errors.contains("DISPATCHER_LOG_BRANCH: '\(branch)'"), "\(result.text)"
                )
            }
            #expect(try await workspace.tip() == main)
        }
    }

    @Test func logsThatCouldNotBePushedComeWithTheNextOnes() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            let origin = workspace.origin
            func logs() async throws -> Int { try await workspace.published(".log").count }

            // The first push of all fails: a branch of that name stands in the way.
            let main = try #require(try await workspace.tip())
            try await origin.update("refs/heads/deployer", to: main, expecting: .absent, reason: "in the way")
            #expect(try await Self.cycle(1, service, workspace).contains("could not be pushed"))
            try await origin.delete("refs/heads/deployer")
            _ = try await Self.cycle(2, service, workspace)
            #expect(try await logs() == 2)

            // A later one fails.
            let lock = workspace.originPath + "/refs/heads/deployer/logs.lock"
            try Data().write(to: URL(filePath: lock))
            #expect(try await Self.cycle(3, service, workspace).contains("'deployer/logs'"))
            #expect(try await logs() == 2)
            try FileManager.default.removeItem(atPath: lock)
            // Another machine was there in between.
            let other = LogBranchEntry(name: "20200101-000000", files: ["build-20200101-000000.log": [65]])
            _ = try await origin.append(
                [other], to: "refs/heads/deployer/logs", message: "Of another machine",
                author: Signature(Identity(name: "Other", email: "other@localhost")), keepsHistory: false)
            _ = try await Self.cycle(4, service, workspace)
            #expect(try await logs() == 5)

            // Somebody deletes the branch.
            try await origin.delete("refs/heads/deployer/logs")
            let text = try await Self.cycle(5, service, workspace)
            #expect(!text.contains("log branch"), "\(text)")
            #expect(try await logs() == 6)
        }
    }

    @Test func verdictsDoNotPushCyclesOut() async throws {
        let service = try await Scripted.services("alpha")[0]
        let settings = ["DISPATCHER_LOG_BRANCH_CYCLES": "2"]
        try await Workspace.with(service.files("alpha 1"), environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            for number in 1...3 {
                try workspace.drop("bad-\(number)", ["description": "Nonsense \(number)", "patch": "no patch"])
            }
            #expect(try await workspace.once().status == 0)
            #expect(try await workspace.published(".log").map { $0.path.hasPrefix("cycles/") } == [true])
            let verdicts = try await workspace.published("verdict.json")
            #expect(verdicts.count == 2 && verdicts.allSatisfy { $0.path.hasPrefix("verdicts/") }, "\(verdicts)")
        }
    }
}
