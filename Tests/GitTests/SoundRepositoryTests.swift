import Model
import TestSupport
import Testing

@testable import Git

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// What keeps a sound repository from being used is no damage: nobody may move it aside.
@Suite struct SoundRepositoryTests {
    private func withClone(_ body: (GitFixture, String) async throws -> Void) async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            try fixture.commit(["f": "1", "d/g": "2"], to: path)
            try fixture.checkOutHead(of: path)
            try await body(fixture, path)
        }
    }

    @Test(arguments: [
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n",
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n",
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n",
        "[core]\n\trepositoryformatversion = 7\n",
    ]) func anUnknownFormatIsSaid(configuration: String) async throws {
        try await withClone { _, path in
            try write(configuration, to: path + "/.git/config")
            let refused = try await failure { _ = try await GitRepository.examine(path) }
            #expect(refused.code == .gitUnsupported, "\(refused)")
            #expect(refused.message.contains(path) && refused.message.contains("this libgit2"), "\(refused)")
        }
    }

    @Test func aBorrowedObjectStoreThatIsAwayIsSaid() async throws {
        try await withClone { _, path in
            try write("/nonexistent/objects\n", to: path + "/.git/objects/info/alternates")
            let refused = try await failure { _ = try await GitRepository.examine(path) }
            #expect(refused.message.contains("/nonexistent/objects"), "\(refused)")
        }
    }

    /// An index that only git itself can read: with an extension whose name begins with a small letter.
    @Test func anIndexOfANewerGitIsLeftAlone() async throws {
        try await withClone { fixture, path in
            let file = path + "/.git/index"
            try PeerCommand.git("update-index", "--split-index", in: path)
            let before = read(file)
            #expect(try await GitRepository.examine(path).isEmpty)
            let repository = try await GitRepository.open(path)
            let head = try #require(try await repository.head().revision)
            let next = try fixture.commitRevision(["f": "2"], to: path, branch: "next", parents: [head])
            let refused = try await failure { _ = try await repository.fastForward(to: next) }
            #expect(refused.code == .gitUnsupported, "\(refused)")
            #expect(refused.remedy?.contains("--no-split-index") == true, "\(refused)")
            #expect(read(file) == before)
        }
    }

    @Test func anIndexThatIsMadeAnewStaysBesideTheNewOne() async throws {
        try await withClone { _, path in
            try cut(path + "/.git/index", to: 30)
            let before = read(path + "/.git/index")
            let repository = try await GitRepository.open(path)
            try await repository.rebuildIndex()
            let kept = try FileRemoval.names(in: path + "/.git").filter { $0.hasPrefix("index.damaged-") }
            #expect(kept.count == 1)
            #expect(kept.first.flatMap { read("\(path)/.git/\($0)") } == before)
            #expect(try await repository.checkoutStatus().isClean)
        }
    }

    @Test func aLockFromBeforeTheMachineStartedIsStale() async throws {
        try await withClone { _, path in
            let lock = path + "/.git/packed-refs.lock"
            try write("", to: lock)
            let examination = try RepositoryExamination(path, objectLimit: 0)
            let now = Timestamp.now.microseconds
            #expect(try examination.staleLocks(olderThan: .seconds(600), startedAt: now - 60_000_000).isEmpty)
            #expect(try examination.staleLocks(olderThan: .seconds(600), startedAt: now + 60_000_000) == [lock])
            #expect(StaleLocks.bootTime > 0 && StaleLocks.bootTime < now)
        }
    }
}
