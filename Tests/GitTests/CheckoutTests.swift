import Model
import TestSupport
import Testing

@testable import Git

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

@Suite struct CheckoutTests {
    /// A checkout at commit `a`, and a newer commit `b` on another branch.
    private func withCheckout(
        _ body: (GitFixture, _ path: String, _ a: Revision, _ b: Revision, GitRepository) async throws -> Void
    ) async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            let a = try fixture.commitRevision(
                ["f": "1", "g": "1", "gone": "1", ".gitignore": "*.log\n"], to: path)
            try fixture.checkOutHead(of: path)
            let b = try fixture.commitRevision(
                ["f": "2", "gone": nil, "new": "n", "x.log": "tracked"], to: path, branch: "origin-main", parents: [a])
            try await body(fixture, path, a, b, try await GitRepository.open(path))
        }
    }

    /// What a kill or a full disk leaves of a checkout: the first part of a file, new or changed.
    @Test func aFileThatWasBegunIsGoneOnWith() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            let old = String(repeating: "old\n", count: 10)
            let new = String(repeating: "new line\n", count: 10)
            let a = try fixture.commitRevision(["f": old], to: path)
            try fixture.checkOutHead(of: path)
            let b = try fixture.commitRevision(["f": new, "n": new], to: path, branch: "origin-main", parents: [a])
            let repository = try await GitRepository.open(path)
            try write(String(new.prefix(20)), to: path + "/f")
            try write("somebody's own, and longer than what was begun", to: path + "/n")
            #expect(try await repository.fastForward(to: b) == .left(.inTheWay(["n"])))
            try write(String(new.prefix(30)), to: path + "/n")
            #expect(try await repository.fastForward(to: b) == .forwarded(from: a, to: b))
            #expect(read(path + "/f") == new && read(path + "/n") == new)
        }
    }

    @Test func aCleanCheckoutIsForwarded() async throws {
        try await withCheckout { _, path, a, b, repository in
            try write("u", to: path + "/untracked")
            try write("u", to: path + "/ignored.log")
            let kept = try identity(path + "/g")
            var status = try await repository.checkoutStatus(comparedTo: b)
            #expect(status.isClean && status.relation == .behind(1) && status.head == .branch("main", a))
            #expect(try await repository.fastForward(to: b) == .forwarded(from: a, to: b))
            #expect(try files(below: path) == [".gitignore", "f", "g", "ignored.log", "new", "untracked", "x.log"])
            #expect(read(path + "/f") == "2")
            #expect(try identity(path + "/g") == kept)
            status = try await repository.checkoutStatus(comparedTo: b)
            #expect(status.isClean && status.relation == .same && status.head == .branch("main", b))
            #expect(try await repository.fastForward(to: b) == .upToDate)
            #expect(try await repository.fastForward(to: a) == .left(.ahead(1)))
        }
    }

    @Test func whatCannotBeForwardedIsLeftAsItIs() async throws {
        let cases:
            [(name: String, change: @Sendable (GitFixture, String, Revision) throws -> Void, FastForward.Obstacle)] = [
                ("changed", { _, path, _ in try write("mine", to: path + "/f") }, .changed(paths: ["f"], count: 1)),
                (
                    "changed elsewhere", { _, path, _ in try write("mine", to: path + "/g") },
                    .changed(paths: ["g"], count: 1)
                ),
                ("deleted", { _, path, _ in try FileRemoval.remove(path + "/g") }, .changed(paths: ["g"], count: 1)),
                ("untracked in the way", { _, path, _ in try write("mine", to: path + "/new") }, .inTheWay(["new"])),
                ("ignored in the way", { _, path, _ in try write("mine", to: path + "/x.log") }, .inTheWay(["x.log"])),
                (
                    "folder in the way",
                    { _, path, _ in
                        #expect(mkdir(path + "/new", 0o755) == 0)
                        try write("mine", to: path + "/new/mine")
                    }, .inTheWay(["new"])
                ),
                ("detached", { _, path, a in try write("\(a)\n", to: path + "/.git/HEAD") }, .detached),
                (
                    "other branch",
                    { fixture, path, a in
                        try fixture.commit([:], to: path, branch: "topic", parents: [a.hex])
                        try write("ref: refs/heads/topic\n", to: path + "/.git/HEAD")
                    }, .otherBranch("topic")
                ),
                (
                    "merge in progress", { _, path, a in try write("\(a)\n", to: path + "/.git/MERGE_HEAD") },
                    .operationInProgress("merge")
                ),
            ]
        for (name, change, obstacle) in cases {
            try await withCheckout { fixture, path, a, b, repository in
                try change(fixture, path, a)
                let before = try files(below: path).map { ($0, read("\(path)/\($0)")) }
                #expect(try await repository.fastForward(to: b) == .left(obstacle), "\(name)")
                let after = try files(below: path).map { ($0, read("\(path)/\($0)")) }
                #expect(before.elementsEqual(after) { $0 == $1 }, "\(name)")
                #expect(try await repository.revision(of: "refs/heads/main") == a, "\(name)")
                #expect(!obstacle.description.isEmpty)
            }
        }
    }

    @Test func ownCommitsAreLeftAlone() async throws {
        try await withCheckout { fixture, path, a, b, repository in
            let own = try fixture.commitRevision(["own": "1"], to: path)
            try fixture.checkOutHead(of: path)
            #expect(try await repository.fastForward(to: b) == .left(.diverged(ahead: 1, behind: 1)))
            #expect(try await repository.fastForward(to: a) == .left(.ahead(1)))
            #expect(try await repository.revision(of: "refs/heads/main") == own)
        }
    }

    @Test func stagedChangesAreChanges() async throws {
        try await withCheckout { fixture, path, a, b, repository in
            // The index of another commit, the files of this one: what `git add` and a changed file back again leave.
            let other = try fixture.commitRevision(["g": "staged"], to: path, branch: "other", parents: [a])
            try await repository.update("refs/heads/main", to: other, expecting: .anything, reason: "test")
            try await repository.rebuildIndex()
            try await repository.update("refs/heads/main", to: a, expecting: .anything, reason: "test")
            #expect(try await repository.checkoutStatus().changed == ["g"])
            #expect(try await repository.fastForward(to: b) == .left(.changed(paths: ["g"], count: 1)))
        }
    }

    /// Cut short between the files and the branch, or between two files.
    @Test func aForwardThatWasCutShortIsFinished() async throws {
        try await withCheckout { _, path, a, b, repository in
            #expect(try await repository.fastForward(to: b) == .forwarded(from: a, to: b))
            try await repository.update(
                "refs/heads/main", to: a, expecting: .anything, reason: "as if it had been killed")
            #expect(try await !repository.checkoutStatus().isClean)
            #expect(try await repository.fastForward(to: b) == .forwarded(from: a, to: b))
            #expect(try await repository.checkoutStatus().isClean)
        }
        try await withCheckout { _, path, a, b, repository in
            try write("2", to: path + "/f")
            try FileRemoval.remove(path + "/gone")
            try write("n", to: path + "/new")
            #expect(try await repository.fastForward(to: b) == .forwarded(from: a, to: b))
            #expect(try await repository.checkoutStatus().isClean)
        }
    }

    @Test func aLockedIndexIsWorthAnotherTry() async throws {
        try await withCheckout { _, path, a, b, repository in
            try write("", to: path + "/.git/index.lock")
            let failure = try await failure { _ = try await repository.fastForward(to: b) }
            #expect(failure.code == .gitLocked && failure.scheduling == .retry)
            #expect(read(path + "/f") == "1")
            try FileRemoval.remove(path + "/.git/index.lock")
            #expect(try await repository.fastForward(to: b) == .forwarded(from: a, to: b))
        }
    }

    @Test func theCloneOfAnEmptyRepositoryTakesItsFirstCommit() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            let first = try fixture.commitRevision(["f": "1"], to: path, branch: "fetched")
            let repository = try await GitRepository.open(path)
            #expect(try await repository.checkoutStatus(comparedTo: first).relation == nil)
            #expect(try await repository.fastForward(to: first) == .forwarded(from: nil, to: first))
            #expect(read(path + "/f") == "1")
            #expect(try await repository.head() == .branch("main", first))
        }
    }

    /// A program took a tracked file away and changed another one, in folders that are its own.
    @Test func whatIsTakenFromIgnoredFoldersKeepsNothingBack() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            let a = try fixture.commitRevision(
                ["f": "1", "inbox/taken": "1", "inbox/replaced": "1", "inbox/gone": "1", "inbox/kept": "1"], to: path)
            try fixture.checkOutHead(of: path)
            for name in ["taken", "replaced", "gone"] { try FileRemoval.remove("\(path)/inbox/\(name)") }
            try write("mine", to: path + "/inbox/kept")
            let b = try fixture.commitRevision(
                ["f": "2", "inbox/replaced": "2", "inbox/gone": nil, "inbox/kept": "2", "inbox/new": "n"], to: path,
                branch: "next", parents: [a])
            let repository = try await GitRepository.open(path)
            guard case .left(.changed) = try await repository.fastForward(to: b) else {
                throw Unexpected("changes were not seen")
            }
            #expect(try await repository.fastForward(to: b, ignoring: ["inbox"]) == .forwarded(from: a, to: b))
            #expect(try files(below: path) == ["f", "inbox/kept", "inbox/new", "inbox/replaced"])
            #expect(read(path + "/f") == "2" && read(path + "/inbox/new") == "n")
            #expect(read(path + "/inbox/replaced") == "2" && read(path + "/inbox/kept") == "mine")
            #expect(try await repository.checkoutStatus(comparedTo: b, ignoring: ["inbox"]).isClean)
            // Nothing that was taken comes back with a later commit either.
            try FileRemoval.remove(path + "/inbox/new")
            let c = try fixture.commitRevision(["f": "3"], to: path, branch: "next")
            #expect(try await repository.fastForward(to: c, ignoring: ["inbox"]) == .forwarded(from: b, to: c))
            #expect(try files(below: path) == ["f", "inbox/kept", "inbox/replaced"])
        }
    }

    @Test func aBareRepositoryHasNoCheckout() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let first = try fixture.commitRevision(["f": "1"], to: path)
            let repository = try await GitRepository.open(path)
            #expect(try await repository.fastForward(to: first) == .left(.bare))
            #expect(try await failure { _ = try await repository.checkoutStatus() }.code == .gitBare)
        }
    }
}
