import Foundation
import Model
import TestSupport
import Testing

/// What somebody may push who writes objects by hand.
@Suite struct HostileTreeTests {
    @Test(arguments: [".", "..", ".git"])
    func aNameThatLeavesTheWorktreeIsRefusedAndSaidAndForgottenWithTheNextCommit(_ name: String) async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)

            let evil = try await Self.push(name, into: workspace)
            let refused = try await workspace.once()
            #expect(refused.status != 0, "\(refused.text)")
            #expect(refused.text.contains("\(evil.short) cannot be deployed"), "\(refused.text)")
            #expect(refused.text.contains("'repos/alpha/\(name)'"), "\(refused.text)")
            let status = try await workspace.host("status")
            #expect(status.output.contains("\(evil.short) cannot be deployed"), "\(status.text)")
            await service.answers("alpha 1")

            // Taken back as people do it, with a commit on top.
            let good = try Self.word(Self.git(["commit-tree", "main~1^{tree}", "-p", "main", "-m", "Back"], workspace))
            _ = try Self.git(["update-ref", "refs/heads/main", good], workspace)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            let clean = try await workspace.once()
            #expect(clean.status == 0, "\(clean.text)")
            await service.answers("alpha 2")
            let after = try await workspace.host("status")
            #expect(!after.output.contains("cannot be deployed"), "\(after.text)")
        }
    }

    private static func git(
        _ arguments: [String], input: [UInt8]? = nil, _ workspace: Workspace
    ) throws -> [UInt8] {
        let file = workspace.folder + "/object"
        if let input { try Data(input).write(to: URL(filePath: file)) }
        let identity = [
            "GIT_AUTHOR_NAME": "E", "GIT_AUTHOR_EMAIL": "e@localhost", "GIT_COMMITTER_NAME": "E",
            "GIT_COMMITTER_EMAIL": "e@localhost",
        ]
        let result = try PeerCommand.run(
            ["git", "-C", workspace.originPath] + arguments, environment: identity,
            inputFile: input == nil ? nil : file)
        try #require(result.status == 0, "git \(arguments) failed: \(result.text)")
        return result.output
    }

    private static func word(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Adds an entry that no builder of trees takes to the service's folder, on top of origin's main.
    private static func push(_ name: String, into workspace: Workspace) async throws -> Revision {
        func raw(_ hex: String) -> [UInt8] {
            Swift.stride(from: 0, to: hex.count, by: 2).map { index in
                UInt8(hex.dropFirst(index).prefix(2), radix: 16) ?? 0
            }
        }
        func git(_ arguments: [String], input: [UInt8]? = nil) throws -> [UInt8] {
            try Self.git(arguments, input: input, workspace)
        }
        func write(_ tree: [UInt8]) throws -> String {
            word(try git(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], input: tree))
        }
        let blob = word(try git(["hash-object", "-w", "--stdin"], input: Array("evil".utf8)))
        var old = word(try git(["rev-parse", "main:repos/alpha"]))
        var new = try write(Array("100644 \(name)\0".utf8) + raw(blob) + git(["cat-file", "tree", old]))
        for folder in ["repos", ""] {
            let tree = try git(["cat-file", "tree", "main:\(folder)"])
            let place = try #require(tree.firstRange(of: raw(old)))
            let changed = Array(tree[..<place.lowerBound]) + raw(new) + Array(tree[place.upperBound...])
            old = word(try git(["rev-parse", "main:\(folder)"]))
            new = try write(changed)
        }
        let commit = word(try git(["commit-tree", new, "-p", "main", "-m", "Evil"]))
        _ = try git(["update-ref", "refs/heads/main", commit])
        return try #require(Revision(commit))
    }
}
