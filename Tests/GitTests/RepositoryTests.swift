import Model
import TestSupport
import Testing

@testable import Git

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

@Suite struct RepositoryTests {
    @Test func aFolderThatIsNoRepositoryIsToldHowToBecomeAWorkspace() async throws {
        try await GitFixture.with { fixture in
            let failure = try await failure { _ = try await GitRepository.open(fixture.folder) }
            #expect(failure.code == .gitNotARepository)
            #expect(failure.remedy?.contains("git clone") == true)
            #expect(failure.message.contains(fixture.folder))
        }
    }

    @Test func aFolderInsideARepositoryIsNone() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            #expect(mkdir(path + "/inner", 0o755) == 0)
            let failure = try await failure { _ = try await GitRepository.open(path + "/inner") }
            #expect(failure.code == .gitNotARepository)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a repository to another user"))
    func anotherUsersRepositoryIsRefusedWithARemedy() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            try fixture.commit(["a": "1"], to: path)
            for file in [path, path + "/.git"] { #expect(chown(file, 65534, 65534) == 0) }
            let opened = try await failure { _ = try await GitRepository.open(path) }
            #expect(opened.code == .gitOwner)
            #expect(opened.remedy?.contains("safe.directory \(path)") == true)
            let examined = try await failure { _ = try await GitRepository.examine(path) }
            #expect(examined.code == .gitOwner)
        }
    }

    @Test func tellsUnbornDetachedAndBareApart() async throws {
        try await GitFixture.with { fixture in
            let path = fixture.folder + "/new"
            let repository = try await GitRepository.initialise(path, branch: "trunk")
            var facts = try await repository.facts()
            #expect(facts.head == .unborn("trunk"))
            #expect(facts.isEmpty && !facts.isBare && !facts.isShallow)

            let first = try fixture.commitRevision(["a": "1"], to: path, branch: "trunk")
            facts = try await repository.facts()
            #expect(facts.head == .branch("trunk", first))
            #expect(!facts.isEmpty)

            try write("\(first)\n", to: path + "/.git/HEAD")
            #expect(try await repository.head() == .detached(first))
            try write("\(first)\n", to: path + "/.git/shallow")
            try write("\(first)\n", to: path + "/.git/MERGE_HEAD")
            facts = try await GitRepository.open(path).facts()
            #expect(facts.isShallow)
            #expect(facts.operationInProgress == "merge")

            let bare = try await GitRepository.initialise(fixture.folder + "/bare.git", isBare: true)
            #expect(try await bare.facts().isBare)
            #expect(bare.workTree == nil)
            let again = try await failure { _ = try await GitRepository.initialise(path) }
            #expect(again.code == .gitExists)
        }
    }

    @Test func remotesAreAddedAndChanged() async throws {
        try await GitFixture.with { fixture in
            let repository = try await GitRepository.open(try fixture.repository("r"))
            #expect(try await repository.url(ofRemote: "origin") == nil)
            try await repository.setRemote("origin", url: "https://one.invalid/r")
            try await repository.setRemote("origin", url: "https://two.invalid/r")
            try await repository.setRemote("other", url: "/a/path")
            #expect(
                try await repository.remotes() == ["origin": "https://two.invalid/r", "other": "/a/path"])
        }
    }

    @Test func whatTheDaemonKeepsInTheCheckoutIsIgnored() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            let repository = try await GitRepository.open(path)
            try write("/mine", to: path + "/.git/info/exclude")
            try await repository.ignore(["/.deployer/", "/logs/"])
            try await repository.ignore(["/logs/", "/feedback/"])
            #expect(read(path + "/.git/info/exclude") == "/mine\n/.deployer/\n/logs/\n/feedback/\n")
        }
    }

    @Test func aShallowCloneIsToldToFetchMore() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let a = try fixture.commitRevision(["f": "a"], to: path)
            let b = try fixture.commitRevision(["f": "b"], to: path)
            let c = try fixture.commitRevision(["f": "c"], to: path, branch: "c", parents: [b])
            let d = try fixture.commitRevision(["f": "d"], to: path, branch: "d", parents: [a])
            try FileRemoval.remove("\(path)/objects/\(a.hex.prefix(2))/\(a.hex.dropFirst(2))")
            try write("\(b)\n", to: path + "/shallow")
            let repository = try await GitRepository.open(path)
            let failure = try await failure { _ = try await repository.relation(of: c, to: d) }
            #expect(failure.remedy?.contains("unshallow") == true)
            #expect(try await GitRepository.examine(path).filter { $0.subject == "HEAD" }.isEmpty)
        }
    }

    @Test func tellsHowCommitsStandToEachOther() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let a = try fixture.commitRevision(["f": "a"], to: path)
            let b = try fixture.commitRevision(["f": "b"], to: path)
            let c = try fixture.commitRevision(["f": "c"], to: path)
            let forced = try fixture.commitRevision(["f": "d"], to: path, branch: "other", parents: [a])
            let stranger = try fixture.commitRevision(["f": "e"], to: path, branch: "stranger", parents: [])
            let repository = try await GitRepository.open(path)
            #expect(try await repository.relation(of: a, to: a) == .same)
            #expect(try await repository.relation(of: c, to: a) == .ahead(2))
            #expect(try await repository.relation(of: a, to: c) == .behind(2))
            #expect(try await repository.relation(of: forced, to: c) == .diverged(ahead: 1, behind: 2))
            #expect(try await repository.relation(of: stranger, to: c) == .unrelated)
            #expect(try await repository.isAncestor(a, of: c))
            #expect(try await !repository.isAncestor(c, of: a))
            #expect(try await repository.commits(from: c, excluding: a).map(\.id) == [b, c])
            // A commit's id may come from anybody: what names none is told from damage.
            let tree = try await repository.commit(a).tree
            let missing = try [String(repeating: "1", count: 40), String(repeating: "0", count: 40)].map(revision)
            for id in missing + [tree] {
                #expect(try await failure { _ = try await repository.relation(of: id, to: a) }.code == .gitNotFound)
                #expect(try await failure { _ = try await repository.isAncestor(id, of: a) }.code == .gitNotFound)
            }
        }
    }

    @Test func referencesAreComparedAndSwapped() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let a = try fixture.commitRevision(["f": "a"], to: path)
            let b = try fixture.commitRevision(["f": "b"], to: path)
            let repository = try await GitRepository.open(path)
            let name = "refs/heads/work"
            try await repository.update(name, to: a, expecting: .absent, reason: "test")
            #expect(
                try await failure {
                    try await repository.update(name, to: b, expecting: .absent, reason: "test")
                }.code == .gitMoved)
            let moved = try await failure {
                try await repository.update(name, to: b, expecting: .revision(b), reason: "test")
            }
            #expect(moved.code == .gitMoved && moved.scheduling == .retry)
            #expect(try await repository.revision(of: name) == a)
            try await repository.update(name, to: b, expecting: .revision(a), reason: "test")
            #expect(try await repository.revision(of: name) == b)
            #expect(
                try await failure {
                    try await repository.update("refs/heads/none", to: b, expecting: .revision(a), reason: "test")
                }.code == .gitMoved)
            #expect(try await failure { try await repository.delete(name, expecting: .revision(a)) }.code == .gitMoved)
            try await repository.delete(name, expecting: .revision(b))
            #expect(try await repository.revision(of: name) == nil)
            try await repository.delete(name)
            #expect(try await repository.references(under: "refs/heads/").map(\.name) == ["refs/heads/main"])
            #expect(try await repository.resolve("main~1") == a)
            #expect(try await failure { _ = try await repository.resolve("nothing") }.code == .gitNotFound)
        }
    }

    @Test func aReferenceAnotherProcessHoldsIsWorthAnotherTry() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let a = try fixture.commitRevision(["f": "a"], to: path)
            let b = try fixture.commitRevision(["f": "b"], to: path, branch: "b")
            let repository = try await GitRepository.open(path)
            try write("", to: path + "/refs/heads/main.lock")
            let failure = try await failure {
                try await repository.update("refs/heads/main", to: b, expecting: .revision(a), reason: "test")
            }
            #expect(failure.code == .gitLocked)
            #expect(failure.scheduling == .retry)
            #expect(try await repository.revision(of: "refs/heads/main") == a)
        }
    }

    @Test func readsWithoutACheckout() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let a = try fixture.commitRevision(
                ["d/x": "one", "d/y": "two", "z": "run"], to: path, modes: ["z": 0o100755])
            let b = try fixture.commitRevision(["d/x": nil, "d/y": "2", "e/n": "new"], to: path)
            let repository = try await GitRepository.open(path)
            #expect(try await repository.content(of: "d/x", in: a) == Array("one".utf8))
            #expect(try await repository.content(of: "d/x", in: b) == nil)
            #expect(try await repository.content(of: "d", in: b) == nil)
            #expect(
                try await failure { _ = try await repository.content(of: "d/x", in: a, limit: 2) }.code == .gitTooLarge)
            #expect(try await repository.entry(at: "z", in: a)?.mode == .executable)
            #expect(try await repository.listing(of: "d", in: a)?.map(\.path) == ["d/x", "d/y"])
            #expect(try await repository.listing(of: "z", in: a) == nil)
            let changes = try await repository.changedPaths(from: a, to: b)
            #expect(changes.map(\.path) == ["d/y", "d/x", "e/n"])
            #expect(changes.map(\.kind) == [.modified, .deleted, .added])
            #expect(try await repository.changedPaths(from: a, to: b, under: "e").map(\.path) == ["e/n"])
            #expect(try await repository.changedPaths(from: nil, to: a).map(\.path) == ["d/x", "d/y", "z"])
            let diff = try await repository.diff(from: a, to: b, under: "d")
            #expect(diff.text.contains("-one") && diff.text.contains("+2") && !diff.text.contains("e/n"))
            #expect(diff.omittedBytes == 0)
            let short = try await repository.diff(from: nil, to: b, limit: 100)
            #expect(short.text.utf8.count <= 100 && short.omittedBytes > 0)
        }
    }

    @Test func notesAreWrittenReplacedAndRemoved() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let a = try fixture.commitRevision(["f": "a"], to: path)
            let repository = try await GitRepository.open(path)
            let reference = "refs/notes/deployer"
            #expect(try await repository.note(on: a, in: reference) == nil)
            try await repository.setNote("one", on: a, in: reference, by: .test)
            try await repository.setNote("two\nlines", on: a, in: reference, by: .test)
            #expect(try await repository.note(on: a, in: reference)?.hasPrefix("two\nlines") == true)
            try await repository.removeNote(on: a, in: reference, by: .test)
            try await repository.removeNote(on: a, in: reference, by: .test)
            #expect(try await repository.note(on: a, in: reference) == nil)
        }
    }

    @Test func submodulesAndPointersAreNamed() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
            let modules = "[submodule \"lib\"]\n\tpath = svc/lib\n\turl = https://host.invalid/lib.git\n"
            let revision = try fixture.commitRevision(
                [
                    ".gitmodules": modules, "svc/lib": String(repeating: "a", count: 40), "svc/model.bin": pointer,
                    "svc/plain": "x", "other/model.bin": pointer,
                ], to: path, modes: ["svc/lib": 0o160000])
            let repository = try await GitRepository.open(path)
            let found = try await repository.attentions(in: revision, under: PathSelection(paths: ["svc"]))
            #expect(
                found == [
                    Attention(path: "svc/lib", kind: .submodule(url: "https://host.invalid/lib.git")),
                    Attention(path: "svc/model.bin", kind: .lfsPointer(bytes: 12345)),
                ])
        }
    }
}
