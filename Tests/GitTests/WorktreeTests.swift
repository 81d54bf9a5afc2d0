import CGit2
import Model
import TestSupport
import Testing

@testable import Git

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

@Suite struct WorktreeTests {
    @Test func writesOnlyWhatDiffers() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(
                ["s/a": "1", "s/b": "1", "t/c": "1", "run": "#!/bin/sh\n"], to: repository, modes: ["run": 0o100755])
            let first = try await worktree.update(to: a)
            #expect(first.written == 4 && first.repair == .new)
            #expect(try files(below: worktree.path) == ["run", "s/a", "s/b", "t/c"])
            #expect(access(worktree.path + "/run", X_OK) == 0)
            let kept = try ["s/b", "t/c", "run"].map { try identity("\(worktree.path)/\($0)") }
            try write("object", to: worktree.path + "/s/build.o")

            let b = try fixture.commitRevision(["s/a": "2", "u/n": "new", "t/c": nil], to: repository)
            let second = try await worktree.update(to: b)
            #expect(second == WorktreeUpdate(revision: b, written: 2, deleted: 1))
            #expect(try files(below: worktree.path) == ["run", "s/a", "s/b", "s/build.o", "u/n"])
            #expect(!exists(worktree.path + "/t"), "an empty folder goes with its last file")
            #expect(read(worktree.path + "/s/a") == "2")
            #expect(try identity(worktree.path + "/s/b") == kept[0])
            #expect(try identity(worktree.path + "/run") == kept[2])
            #expect(try await worktree.update(to: b) == WorktreeUpdate(revision: b))
            #expect(try await worktree.revision() == b)

            // Going back is an update like any other.
            #expect(try await worktree.update(to: a).written == 2)
            #expect(read(worktree.path + "/t/c") == "1")
        }
    }

    @Test func theSelectionGrowsAndShrinks() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(
                ["repos/a/f": "1", "repos/b/f": "1", "shared/x.proto": "1", "shared/x.md": "1", "top": "1"],
                to: repository)
            try await worktree.update(to: a, selection: PathSelection(paths: ["repos/a"]))
            #expect(try files(below: worktree.path) == ["repos/a/f"])
            let kept = try identity(worktree.path + "/repos/a/f")

            let wider = PathSelection(paths: ["repos/a", "repos/b"], globs: [try Glob("shared/*.proto")])
            let grown = try await worktree.update(to: a, selection: wider)
            #expect(grown == WorktreeUpdate(revision: a, written: 2))
            #expect(try files(below: worktree.path) == ["repos/a/f", "repos/b/f", "shared/x.proto"])
            #expect(try identity(worktree.path + "/repos/a/f") == kept)

            // Outside of the selection a change costs nothing and brings nothing.
            let b = try fixture.commitRevision(["shared/x.md": "2", "repos/b/f": "2"], to: repository)
            #expect(try await worktree.update(to: b, selection: wider).written == 1)

            let shrunk = try await worktree.update(to: b, selection: PathSelection(paths: ["repos/b"]))
            #expect(shrunk == WorktreeUpdate(revision: b, deleted: 2))
            #expect(try files(below: worktree.path) == ["repos/b/f"])
            #expect(try await worktree.update(to: b).written == 4)
        }
    }

    @Test func agreesWithTheTreeAfterAnyWalk() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            var random = SeededGenerator(seed: 11)
            var revisions: [(Revision, [String: String])] = []
            var content: [String: String] = [:]
            for _ in 0..<15 {
                var change: [String: String?] = [:]
                for _ in 0..<6 {
                    let file = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                        ["a", "b", "c"].randomElement(using: &random)!
                    }.joined(separator: "/")
                    // A file may take a folder's place and the other way round.
                    for other in content.keys where other.hasPrefix(file + "/") || file.hasPrefix(other + "/") {
                        change[other] = .some(nil)
                        content[other] = nil
                    }
                    content[file] = "\(random.next())"
                    change = change.filter {
                        $0.value == nil || !$0.key.hasPrefix(file + "/") && !file.hasPrefix($0.key + "/")
                    }
                    change[file] = content[file]
                }
                // Deletions of files that only existed within this change are none.
                let known = revisions.last?.1 ?? [:]
                change = change.filter { $0.value != nil || known[$0.key] != nil }
                revisions.append((try fixture.commitRevision(change, to: repository), content))
            }
            let selections = [
                PathSelection.everything, PathSelection(paths: ["a", "b/c"]),
                PathSelection(paths: [], globs: [try Glob("**/c")]),
            ]
            for step in 0..<40 {
                guard let (revision, content) = revisions.randomElement(using: &random),
                    let selection = selections.randomElement(using: &random)
                else { continue }
                if step % 5 == 4 {
                    // Cut short somewhere, then gone on with.
                    let limit = Int.random(in: 0...4, using: &random)
                    await worktree.interrupt { (steps: Int) throws(Failure) in
                        if steps >= limit { throw Failure(Failure.Code("test.cut"), "cut short") }
                    }
                    _ = try? await worktree.update(to: revision, selection: selection)
                    await worktree.interrupt(with: nil)
                    continue
                }
                try await worktree.update(to: revision, selection: selection)
                let expected = content.filter { selection.contains($0.key) }
                #expect(try files(below: worktree.path) == expected.keys.sorted(), "step \(step)")
                for (file, text) in expected { #expect(read("\(worktree.path)/\(file)") == text) }
            }
        }
    }

    @Test func anUpdateThatWasCutShortIsFinishedByTheNext() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            var files: [String: String?] = [:]
            for index in 0..<20 { files["f\(index)"] = "1" }
            let a = try fixture.commitRevision(files, to: repository)
            try await worktree.update(to: a)
            let kept = try identity(worktree.path + "/f3")
            let b = try fixture.commitRevision(["f1": "2", "f2": nil, "n1": "n", "n2": "n", "n3": "n"], to: repository)
            let c = try fixture.commitRevision(["f1": "3", "n1": nil, "n2": nil, "n3": nil], to: repository)
            for limit in 1...4 {
                await worktree.interrupt { (steps: Int) throws(Failure) in
                    if steps >= limit { throw Failure(Failure.Code("test.cut"), "cut short") }
                }
                let failure = try await failure { try await worktree.update(to: b) }
                #expect(failure.code.rawValue == "test.cut")
                #expect(try await worktree.revision() == nil)
                await worktree.interrupt(with: nil)
                let repaired = try await worktree.update(to: c)
                #expect(repaired.repair == .interrupted)
                #expect(
                    try GitTests.files(below: worktree.path) == (0..<20).map { "f\($0)" }.filter { $0 != "f2" }.sorted()
                )
                #expect(read(worktree.path + "/f1") == "3")
                #expect(try identity(worktree.path + "/f3") == kept)
                try await worktree.update(to: a)
            }
        }
    }

    @Test func aProcessThatIsKilledLeavesNothingTheNextCannotMend() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["f": "1", "g": "1"], to: repository)
            try await worktree.update(to: a)
            let entry = repository + "/.git/worktrees/deploy"
            // What kill -9 may leave: half a temporary file, a lock on the index, an unfinished state file.
            try write("half", to: worktree.path + "/.deployer-writing")
            try write("", to: entry + "/index.lock")
            try write("deployer wor", to: entry + "/deployer-state.new")
            let b = try fixture.commitRevision(["f": "2"], to: repository)
            try await worktree.update(to: b)
            #expect(try files(below: worktree.path) == ["f", "g"])
            #expect(read(worktree.path + "/f") == "2")
        }
    }

    @Test func damageToTheWorktreeIsMended() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["f": "1", "d/g": "1"], to: repository)
            let entry = repository + "/.git/worktrees/deploy"
            let damages: [(String, () throws -> Void, WorktreeUpdate.Repair)] = [
                ("folder gone", { try FileRemoval.remove(worktree.path) }, .administrationDamaged),
                ("entry gone", { try FileRemoval.remove(entry) }, .new),
                (
                    "both gone",
                    {
                        try FileRemoval.remove(worktree.path)
                        try FileRemoval.remove(entry)
                    }, .new
                ),
                ("index cut", { try cut(entry + "/index", to: 40) }, .indexDamaged),
                ("index empty", { try cut(entry + "/index", to: 0) }, .indexDamaged),
                ("index gone", { try FileRemoval.remove(entry + "/index") }, .indexDamaged),
                ("state cut", { try cut(entry + "/deployer-state", to: 20) }, .new),
                ("state empty", { try cut(entry + "/deployer-state", to: 0) }, .new),
                (
                    "link wrong", { try write("gitdir: /nowhere\n", to: worktree.path + "/.git") },
                    .administrationDamaged
                ),
            ]
            var last = a
            try await worktree.update(to: a)
            for (name, damage, expected) in damages {
                let kept = try identity(worktree.path + "/f")
                try damage()
                let next = try fixture.commitRevision(["d/g": name], to: repository)
                let update = try await worktree.update(to: next)
                #expect(update.repair == expected, "\(name)")
                #expect(try files(below: worktree.path) == ["d/g", "f"], "\(name)")
                #expect(read(worktree.path + "/d/g") == name)
                if name != "folder gone" && name != "both gone" {
                    #expect(try identity(worktree.path + "/f") == kept, "\(name)")
                }
                #expect(try await worktree.update(to: next).repair == nil, "\(name)")
                last = next
            }
            #expect(read(entry + "/HEAD") == "\(last)\n")
        }
    }

    @Test func afterARestartOfTheMachineFilesThatWereNotWrittenAreFound() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["f": "content", "g": "content"], to: repository)
            try await worktree.update(to: a)
            let state = repository + "/.git/worktrees/deploy/deployer-state"
            let text = try #require(read(state))
            try write(
                text.split(separator: "\0", omittingEmptySubsequences: false).enumerated().map {
                    $0.offset == 1 ? "another-boot" : String($0.element)
                }.joined(separator: "\0"), to: state)
            try cut(worktree.path + "/f", to: 0)
            let update = try await worktree.update(to: a)
            #expect(update.repair == .machineRestarted)
            #expect(update.written == 1)
            #expect(read(worktree.path + "/f") == "content")
        }
    }

    @Test func whatBuildsChangedIsMendedWhereItIsAskedFor() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["s/f": "1", "s/g": "1", "s/h": "1", "t/f": "1"], to: repository)
            try await worktree.update(to: a)
            try write("X", to: worktree.path + "/s/f")
            try write("X", to: worktree.path + "/t/f")
            try FileRemoval.remove(worktree.path + "/s/g")
            chmod(worktree.path + "/s/h", 0o755)
            // Nothing of it differs between the commits.
            let b = try fixture.commitRevision(["other": "1"], to: repository)
            #expect(try await worktree.update(to: b).inspected == 0)
            #expect(read(worktree.path + "/s/f") == "X")
            let mended = try await worktree.update(to: b, inspecting: PathSelection(paths: ["s"]))
            #expect(mended.written == 3 && mended.inspected == 3)
            #expect(read(worktree.path + "/s/f") == "1" && read(worktree.path + "/s/g") == "1")
            #expect(access(worktree.path + "/s/h", X_OK) != 0)
            #expect(read(worktree.path + "/t/f") == "X")
            // A file that differs between the commits is written whatever it holds.
            let c = try fixture.commitRevision(["t/f": "2"], to: repository)
            try await worktree.update(to: c)
            #expect(read(worktree.path + "/t/f") == "2")
        }
    }

    @Test func aChangeWithinTheSameTickIsSeen() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["f": "1"], to: repository)
            try await worktree.update(to: a)
            // Same size, and so soon that the times may be the same.
            let file = open(worktree.path + "/f", O_WRONLY)
            _ = pwrite(file, "2", 1, 0)
            close(file)
            try await worktree.update(to: a, inspecting: .everything)
            #expect(read(worktree.path + "/f") == "1")
        }
    }

    @Test func aLinkIsNeverFollowedOutOfTheWorktree() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let outside = fixture.folder + "/outside"
            #expect(mkdir(outside, 0o755) == 0)
            try write("precious", to: outside + "/f")
            let a = try fixture.commitRevision(["d/f": "1", "e/f": "1"], to: repository)
            try await worktree.update(to: a)
            // A build replaces folders by links to elsewhere.
            for name in ["d", "e"] {
                try FileRemoval.remove("\(worktree.path)/\(name)")
                #expect(symlink(outside, "\(worktree.path)/\(name)") == 0)
            }
            let b = try fixture.commitRevision(["d/f": "2", "e/f": nil], to: repository)
            try await worktree.update(to: b)
            #expect(read(outside + "/f") == "precious")
            #expect(read(worktree.path + "/d/f") == "2")
            #expect(try FileStatus(worktree.path + "/d")?.mode == .tree)

            // A commit holds a link, and then files where the link was.
            let c = try fixture.commitRevision(["l": outside], to: repository, modes: ["l": 0o120000])
            try await worktree.update(to: c)
            #expect(try FileStatus.target(ofLink: worktree.path + "/l") == Array(outside.utf8))
            let d = try fixture.commitRevision(["l": nil, "l/f": "mine"], to: repository)
            try await worktree.update(to: d)
            #expect(read(outside + "/f") == "precious")
            #expect(read(worktree.path + "/l/f") == "mine")
            try await worktree.update(to: c)
            #expect(read(outside + "/f") == "precious")
        }
    }

    @Test func aTreeWithNamesThatLeaveTheWorktreeIsRefused() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let session = try GitSession(opening: repository)
            let blob = try session.write(Array("x".utf8), as: GIT_OBJECT_BLOB)
            for name in ["..", ".git", ".GIT"] {
                var tree = Array("100644 \(name)".utf8) + [0]
                withUnsafeBytes(of: blob.raw) { tree.append(contentsOf: $0.prefix(20)) }
                // Hidden in a folder, since libgit2 itself refuses to write such a tree through its builder.
                let id = try session.write(tree, as: GIT_OBJECT_TREE)
                var outer = Array("40000 d".utf8) + [0]
                withUnsafeBytes(of: id.raw) { outer.append(contentsOf: $0.prefix(20)) }
                let root = try session.write(outer, as: GIT_OBJECT_TREE)
                let commit = try session.write(
                    CommitDraft(tree: try ObjectID(root), parents: [], message: "evil", author: .test))
                let failure = try await failure { try await worktree.update(to: commit) }
                #expect(failure.code == .gitUnsafePath, "\(name)")
            }
            #expect(try !exists(fixture.folder + "/trees/x") && files(below: worktree.path).isEmpty)
        }
    }

    @Test func untrackedFilesYieldOnlyWhereTheyAreInTheWay() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["f": "1"], to: repository)
            try await worktree.update(to: a)
            #expect(mkdir(worktree.path + "/x", 0o755) == 0 && mkdir(worktree.path + "/x/y", 0o755) == 0)
            try write("u", to: worktree.path + "/x/y/u")
            try write("u", to: worktree.path + "/z")
            try write("u", to: worktree.path + "/stays")
            let b = try fixture.commitRevision(["x": "file", "z/f": "folder"], to: repository)
            try await worktree.update(to: b)
            #expect(try files(below: worktree.path) == ["f", "stays", "x", "z/f"])
            #expect(read(worktree.path + "/x") == "file")
        }
    }

    @Test func submodulesAreEmptyFolders() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(
                ["lib": String(repeating: "a", count: 40), "f": "1"], to: repository, modes: ["lib": 0o160000])
            try await worktree.update(to: a)
            #expect(try FileStatus(worktree.path + "/lib")?.mode == .tree)
            let b = try fixture.commitRevision(["lib": nil], to: repository)
            try await worktree.update(to: b)
            #expect(!exists(worktree.path + "/lib"))
        }
    }

    @Test func onlyOneProcessUpdatesAWorktree() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["f": "1"], to: repository)
            try await worktree.update(to: a)
            let lock = open(repository + "/.git/worktrees/deploy/deployer-lock", O_RDWR | O_CLOEXEC)
            #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
            let failure = try await failure { try await worktree.update(to: a) }
            #expect(failure.code == .gitLocked && failure.scheduling == .retry)
            // Another test may be forking just now: its child holds the descriptor until it execs.
            flock(lock, LOCK_UN)
            close(lock)
            try await worktree.update(to: a)
        }
    }

    @Test func gitItselfKnowsTheWorktree() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let a = try fixture.commitRevision(["f": "1", "d/g": "1"], to: repository)
            try await worktree.update(to: a)
            let opened = try await GitRepository.open(worktree.path)
            #expect(try await opened.head() == .detached(a))
            #expect(try await opened.checkoutStatus().isClean)
            try write("changed", to: worktree.path + "/f")
            #expect(try await opened.checkoutStatus().changed == ["f"])
            try await worktree.remove()
            #expect(!exists(worktree.path) && !exists(repository + "/.git/worktrees/deploy"))
        }
    }

    @Test func aCommitThatIsNotThereIsNamed() async throws {
        try await GitFixture.withWorktree { fixture, repository, worktree in
            let missing = try revision(String(repeating: "2", count: 40))
            let failure = try await failure { try await worktree.update(to: missing) }
            #expect(failure.code == .gitNotFound)
            #expect(failure.message.contains(missing.short))
        }
    }
}
