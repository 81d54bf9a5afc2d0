import Foundation
import Git
import Model
import Testing

/// Repairs on branches where no forge is known that could be asked to merge them.
@Suite struct BranchByHandTests {
    private static func proposals(_ workspace: Workspace) async throws -> [[String: Any]] {
        let text = try await workspace.host("status", "--json").output
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return try #require(document?["proposals"] as? [[String: Any]], "\(text)")
    }

    @Test func aBranchThatWaitsForAMergeIsSaidUntilItIsMergedOrDeleted() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            for (id, greeting) in [("one", "alpha 2"), ("two", "alpha 3"), ("three", "alpha 4")] {
                let patch = try await workspace.patch(service.path("greeting"), to: greeting)
                try workspace.drop(id, ["id": id, "description": "Greet anew", "patch": patch])
            }
            let result = try await workspace.once()
            #expect(result.output.contains("'codex/one' waits for somebody to merge it into 'main'"), "\(result.text)")
            let waiting = try await Self.proposals(workspace)
            #expect(
                waiting.map { $0["state"] as? String } == Array(repeating: "waits-for-merge", count: 3), "\(waiting)")
            #expect(Set(waiting.compactMap { $0["branch"] as? String }) == ["codex/one", "codex/two", "codex/three"])
            let status = try await workspace.host("status")
            #expect(status.output.contains("merge 'codex/one' by hand"), "\(status.text)")

            let origin = workspace.origin
            let main = try #require(try await workspace.tip())
            let proposed = try #require(try await workspace.tip("codex/one"))
            try await origin.update(
                "refs/heads/main", to: proposed, expecting: .revision(main), reason: "merged by hand")
            try await origin.delete("refs/heads/codex/two")
            let next = try await workspace.once()
            #expect(next.output.contains("'codex/one' was merged"), "\(next.text)")
            #expect(next.output.contains("'codex/two' was deleted; its commit is not part of 'main'"), "\(next.text)")
            await service.answers("alpha 2")
            #expect(try await Self.proposals(workspace).compactMap { $0["branch"] as? String } == ["codex/three"])
            // The branch is the person's.
            #expect(try await workspace.tip("codex/one") == proposed)
        }
    }
}
