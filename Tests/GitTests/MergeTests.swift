import Model
import TestSupport
import Testing

@testable import Git

@Suite struct MergeTests {
    private static let lines = (1...20).map { "line \($0)\n" }

    private static func text(_ changes: [Int: String]) -> String {
        (1...20).map { changes[$0].map { "\($0)\n" } ?? lines[$0 - 1] }.joined()
    }

    @Test func commitsAreTakenOverToABaseThatMoved() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let base = try fixture.commitRevision(["f": Self.text([:]), "g": "g"], to: path)
            let first = try fixture.commitRevision(
                ["f": Self.text([2: "two"])], to: path, branch: "work", message: "First", parents: [base])
            let second = try fixture.commitRevision(["h": "h"], to: path, branch: "work", message: "Second")
            let moved = try fixture.commitRevision(["f": Self.text([19: "nineteen"]), "g": nil], to: path)
            let repository = try await GitRepository.open(path)
            let outcome = try await repository.rebase(second, from: base, onto: moved, committer: .test)
            guard case .rebased(let tip) = outcome else { throw Unexpected("\(outcome)") }
            let commits = try await repository.commits(from: tip, excluding: moved)
            #expect(commits.map(\.message) == ["First", "Second"])
            #expect(commits.first?.parents == [moved])
            #expect(
                try await repository.content(of: "f", in: tip) == Array(Self.text([2: "two", 19: "nineteen"]).utf8))
            #expect(try await repository.content(of: "g", in: tip) == nil)
            #expect(try await repository.content(of: "h", in: tip) == Array("h".utf8))
            #expect(try await repository.revision(of: "refs/heads/work") == second, "no reference is touched")
            #expect(first != commits.first?.id)
        }
    }

    @Test func whatTheBaseHoldsAlreadyIsLeftOut() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let base = try fixture.commitRevision(["f": "1"], to: path)
            let change = try fixture.commitRevision(["f": "2"], to: path, branch: "work", parents: [base])
            let moved = try fixture.commitRevision(["f": "2", "g": "other"], to: path)
            let repository = try await GitRepository.open(path)
            #expect(try await repository.rebase(change, from: base, onto: moved, committer: .test) == .rebased(moved))
        }
    }

    @Test func conflictsAreNamedWithTheirPathsAndNothingIsWritten() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let base = try fixture.commitRevision(
                ["f": "1\n", "gone": Self.text([:]), "kept": Self.text([3: "x"])], to: path)
            let change = try fixture.commitRevision(
                ["f": "2\n", "new": "a\n", "gone": Self.text([1: "mine"]), "kept": nil], to: path, branch: "work",
                parents: [base])
            let moved = try fixture.commitRevision(
                ["f": "3\n", "new": "b\n", "gone": nil, "kept": Self.text([5: "theirs"])], to: path)
            let repository = try await GitRepository.open(path)
            let outcome = try await repository.rebase(change, from: base, onto: moved, committer: .test)
            #expect(
                outcome
                    == .conflicts(
                        commit: change,
                        [
                            MergeConflict(path: "f", kind: .bothModified),
                            MergeConflict(path: "gone", kind: .deletedByOurs),
                            MergeConflict(path: "kept", kind: .deletedByTheirs),
                            MergeConflict(path: "new", kind: .bothAdded),
                        ]))
            #expect(try await repository.revision(of: "refs/heads/main") == moved)
        }
    }

    @Test func aMergeCommitIsNotRebased() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let base = try fixture.commitRevision(["f": "1"], to: path)
            let left = try fixture.commitRevision(["g": "1"], to: path, branch: "l", parents: [base])
            let right = try fixture.commitRevision(["h": "1"], to: path, branch: "r", parents: [base])
            let merge = try fixture.commitRevision(["g": "1"], to: path, branch: "m", parents: [right, left])
            let repository = try await GitRepository.open(path)
            let failure = try await failure {
                _ = try await repository.rebase(merge, from: base, onto: base, committer: .test)
            }
            #expect(failure.code == .gitMergeCommit)
        }
    }

    @Test(arguments: [
        ([2: "two"], [19: "nineteen"], [2: "two", 19: "nineteen"] as [Int: String]?),
        ([5: "same"], [5: "same"], [5: "same"]),
        ([:], [3: "three"], [3: "three"]), ([3: "three"], [:], [3: "three"]), ([4: "ours"], [4: "theirs"], nil),
    ])
    func oneFileIsMergedByLines(ours: [Int: String], theirs: [Int: String], wanted: [Int: String]?) async throws {
        try await GitFixture.with { fixture in
            let repository = try await GitRepository.open(try fixture.repository("r", isBare: true))
            let merged = try await repository.merge(
                base: Array(Self.text([:]).utf8), ours: Array(Self.text(ours).utf8),
                theirs: Array(Self.text(theirs).utf8))
            #expect(merged == wanted.map { Array(Self.text($0).utf8) })
            // An empty file is a file.
            #expect(try await repository.merge(base: [], ours: Array("a\n".utf8), theirs: []) == Array("a\n".utf8))
            #expect(try await repository.merge(base: Array("a\n".utf8), ours: [], theirs: Array("b\n".utf8)) == nil)
        }
    }
}
