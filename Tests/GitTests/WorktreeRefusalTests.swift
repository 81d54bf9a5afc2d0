import CGit2
import Model
import TestSupport
import Testing

@testable import Git

/// A commit that is refused must not stand in the way of those that come after it.
@Suite struct WorktreeRefusalTests {
    /// A commit with `d/a`, `d/<name>` and `d/z`, written as raw objects: no builder would take the name.
    private func commit(named name: String, in repository: String) throws -> Revision {
        let session = try GitSession(opening: repository)
        let blob = try session.write(Array("x".utf8), as: GIT_OBJECT_BLOB)
        func entry(_ mode: String, _ name: String, _ id: OID) -> [UInt8] {
            var bytes = Array("\(mode) \(name)".utf8) + [0]
            withUnsafeBytes(of: id.raw) { bytes.append(contentsOf: $0.prefix(20)) }
            return bytes
        }
        let files = ["a", name, "z"].sorted().flatMap { entry("100644", $0, blob) }
        let folder = try session.write(files, as: GIT_OBJECT_TREE)
        let root = try session.write(entry("40000", "d", folder), as: GIT_OBJECT_TREE)
        return try session.write(CommitDraft(tree: try ObjectID(root), parents: [], message: "evil", author: .test))
    }

    @Test(arguments: ["..", ".", ".git"])
    func aRefusedCommitLeavesTheNextOneInPeace(_ name: String) async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["d/a": "1"], to: repository)
            try await worktree.update(to: a)
            let evil = try commit(named: name, in: repository)
            let failure = try await failure { try await worktree.update(to: evil) }
            #expect(failure.code == .gitUnsafePath)
            #expect(failure.message.contains("d/\(name)"))
            #expect(try await worktree.revision() == a, "nothing was begun")
            #expect(read(worktree.path + "/d/a") == "1")

            let b = try fixture.commitRevision(["d/b": "2"], to: repository)
            #expect(try await worktree.update(to: b) == WorktreeUpdate(revision: b, written: 1))
            #expect(try files(below: worktree.path) == ["d/a", "d/b"])
        }
    }

    @Test func aWorktreeThatARefusedCommitWedgedIsMended() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["d/a": "1"], to: repository)
            try await worktree.update(to: a)
            let evil = try commit(named: ".", in: repository)
            // As it was left by a daemon that wrote the commit down before it had looked at its names.
            try wedge(worktree, repository, at: a, on: evil)
            try write("x", to: worktree.path + "/d/z")

            let b = try fixture.commitRevision(["d/b": "2"], to: repository)
            #expect(try await worktree.update(to: b).repair == .interrupted)
            #expect(try files(below: worktree.path) == ["d/a", "d/b"])
            #expect(try await worktree.update(to: b) == WorktreeUpdate(revision: b))
        }
    }

    @Test func aWorktreeOnTheWayToACommitThatIsGoneIsMadeAnew() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["d/a": "1"], to: repository)
            try await worktree.update(to: a)
            try wedge(worktree, repository, at: a, on: try revision(String(repeating: "3", count: 40)))
            try write("of the commit that is gone", to: worktree.path + "/d/z")

            let b = try fixture.commitRevision(["d/b": "2"], to: repository)
            #expect(try await worktree.update(to: b).repair == .pendingUnreadable)
            #expect(try files(below: worktree.path) == ["d/a", "d/b"])
            #expect(try await worktree.update(to: b) == WorktreeUpdate(revision: b))
        }
    }

    private func wedge(
        _ worktree: GitWorktree, _ repository: String, at revision: Revision, on target: Revision
    ) throws {
        let session = try GitSession(opening: repository)
        let administration = WorktreeAdministration(
            path: worktree.path, name: worktree.name, commonDirectory: session.commonDirectory)
        try administration.write(
            WorktreeState(
                revision: revision, selection: .everything,
                pending: [.init(revision: target, selection: .everything)], boot: WorktreeState.currentBoot()))
    }
}
