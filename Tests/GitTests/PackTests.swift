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

@Suite struct PackTests {
    /// Puts all loose objects into a pack of their own.
    private func packLoose(_ path: String) throws {
        let session = try GitSession(opening: path)
        let objects = session.commonDirectory + "/objects"
        let loose = try LooseObjects.files(in: objects)
        let writer = PackWriter(session, folder: objects + "/pack")
        _ = try writer.write(Set(loose.map(\.id)))
        for file in loose { try FileRemoval.remove(file.path) }
    }

    private func packs(_ path: String) throws -> [String] {
        try FileRemoval.names(in: path + "/objects/pack").filter { $0.hasSuffix(".pack") }
    }

    private func objects(_ path: String) throws -> Set<String> {
        let session = try GitSession(opening: path)
        let sink = NameSink()
        #expect(
            git_odb_foreach(
                session.objects,
                { id, payload in
                    guard let id, let payload else { return 0 }
                    Unmanaged<NameSink>.fromOpaque(payload).takeUnretainedValue().names.insert(OID(id.pointee).hex)
                    return 0
                }, Unmanaged.passUnretained(sink).toOpaque()) == 0)
        return sink.names
    }

    private func history(_ path: String) throws -> [Revision] {
        try GitSession(opening: path).walk(
            from: try #require(try GitSession(opening: path).revision(ofReference: "refs/heads/main")), excluding: nil,
            limit: 1000)
    }

    @Test func fewPacksAreLeftAlone() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            for number in 0..<32 {
                try fixture.commit(["f": "\(number)"], to: path)
                try packLoose(path)
            }
            #expect(try await GitRepository.mergePacks(of: path) == .notNeeded(packs: 32, looseObjects: 0))
            #expect(try packs(path).count == 32)
        }
    }

    @Test func manyPacksBecomeOneAndEverythingStaysReadable() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            for number in 0..<33 {
                try fixture.commit(["f": "\(number)", "d/\(number)": "content \(number)"], to: path)
                try packLoose(path)
            }
            try fixture.commit(["loose": "object"], to: path)
            let open = try await GitRepository.open(path)
            let tip = try await open.resolve("main")
            let before = try objects(path)
            let commits = try history(path)
            let outcome = try await GitRepository.mergePacks(of: path)
            guard case .merged(let summary) = outcome else { throw Unexpected("\(outcome)") }
            #expect(summary.packsBefore == 33 && summary.packsAfter == 1)
            #expect(summary.objects == before.count && summary.looseObjectsRemoved == 3)
            #expect(summary.unreachableKept == 0 && summary.unreachableDropped == 0)
            #expect(try packs(path).count == 1)
            #expect(try objects(path) == before)
            #expect(try history(path) == commits)
            // A handle from before goes on, also over what it has not read yet.
            #expect(try await open.content(of: "d/7", in: tip) == Array("content 7".utf8))
            try await open.reopen()
            #expect(try await open.files(under: "", in: tip).count == 35)
            #expect(try await GitRepository.examine(path).isEmpty)
            #expect(!exists(path + "/objects/deployer-packing"))
            // Packing what is packed changes nothing.
            var policy = PackMergePolicy()
            policy.mostPacks = 0
            _ = try await GitRepository.mergePacks(of: path, policy: policy)
            #expect(try packs(path).count == 1 && objects(path) == before)
        }
    }

    @Test func manyLooseObjectsArePacked() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            for number in 0..<10 { try fixture.commit(["f": "\(number)"], to: path) }
            var policy = PackMergePolicy()
            policy.mostLooseObjects = 29
            let before = try objects(path)
            guard case .merged(let summary) = try await GitRepository.mergePacks(of: path, policy: policy) else {
                throw Unexpected("not merged")
            }
            #expect(summary.looseObjectsRemoved == 30)
            #expect(try LooseObjects.files(in: path + "/objects").isEmpty)
            #expect(try objects(path) == before)
        }
    }

    @Test func whatNothingRefersToIsKeptForAWhile() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            try fixture.commit(["f": "1"], to: path)
            try packLoose(path)
            let given = try fixture.commitRevision(["f": "given up"], to: path, branch: "topic")
            try packLoose(path)
            try FileRemoval.remove(path + "/refs/heads/topic")
            try FileRemoval.remove(path + "/logs")
            var policy = PackMergePolicy()
            policy.mostPacks = 1
            guard case .merged(let first) = try await GitRepository.mergePacks(of: path, policy: policy) else {
                throw Unexpected("not merged")
            }
            #expect(first.unreachableKept == 3 && first.unreachableDropped == 0 && first.packsAfter == 2)
            let repository = try await GitRepository.open(path)
            #expect(await repository.contains(given))
            // A pack of leftovers doesn't count, and is not merged again.
            #expect(
                try await GitRepository.mergePacks(of: path, policy: policy) == .notNeeded(packs: 1, looseObjects: 0))

            try fixture.commit(["f": "2"], to: path)
            try packLoose(path)
            policy.grace = .zero
            guard case .merged(let second) = try await GitRepository.mergePacks(of: path, policy: policy) else {
                throw Unexpected("not merged")
            }
            #expect(second.packsAfter == 1)
            #expect(try await !GitRepository.open(path).contains(given))
            #expect(try history(path).count == 2)
        }
    }

    @Test func aPileOfUnreachableLooseObjectsIsPackedOnce() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            try fixture.commit(["f": "1"], to: path)
            let repository = try await GitRepository.open(path)
            var ids: [ObjectID] = []
            for number in 0..<20 { ids.append(try await repository.writeBlob(Array("pile \(number)".utf8))) }
            var policy = PackMergePolicy()
            policy.mostLooseObjects = 10
            guard case .merged(let summary) = try await GitRepository.mergePacks(of: path, policy: policy) else {
                throw Unexpected("not merged")
            }
            #expect(summary.unreachableKept == 20 && summary.unreachableDropped == 0)
            #expect(try LooseObjects.files(in: path + "/objects").isEmpty)
            for id in ids { #expect(await repository.contains(id)) }
            #expect(
                try await GitRepository.mergePacks(of: path, policy: policy) == .notNeeded(packs: 1, looseObjects: 0))
        }
    }

    @Test func logsIndexesWorktreesAndNotesKeepObjectsAlive() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            let base = try fixture.commitRevision(["f": "1"], to: path)
            try fixture.checkOutHead(of: path)
            let repository = try await GitRepository.open(path)
            try await repository.setNote("a note", on: base, in: "refs/notes/deployer", by: .test)
            // Of a branch only its log is left; of a commit only a worktree at it; of a blob only the index.
            let logged = try fixture.commitRevision(["f": "logged"], to: path, branch: "main")
            try await repository.update("refs/heads/main", to: base, expecting: .anything, reason: "back")
            let tried = try fixture.commitRevision(["f": "tried"], to: path, branch: "scratch", parents: [base])
            let worktree = GitWorktree(repository: path, name: "verify", path: fixture.folder + "/verify")
            try await worktree.update(to: tried)
            try await repository.delete("refs/heads/scratch")
            try FileRemoval.remove(path + "/.git/logs/refs/heads/scratch")
            let staged = try fixture.commitRevision(["f": "staged"], to: path, branch: "staged", parents: [base])
            let blob = try #require(try await repository.entry(at: "f", in: staged)).id
            try await repository.update("refs/heads/main", to: staged, expecting: .anything, reason: "stage")
            try await repository.rebuildIndex()
            try await repository.update("refs/heads/main", to: base, expecting: .anything, reason: "back")
            try await repository.delete("refs/heads/staged")
            try FileRemoval.remove(path + "/.git/logs/refs/heads/staged")

            var policy = PackMergePolicy()
            policy.mostLooseObjects = 0
            policy.grace = .zero
            _ = try await GitRepository.mergePacks(of: path, policy: policy)
            let after = try await GitRepository.open(path)
            #expect(await after.contains(logged))
            #expect(await after.contains(tried))
            #expect(await after.contains(blob))
            #expect(try await after.note(on: base, in: "refs/notes/deployer")?.hasPrefix("a note") == true)
            #expect(try await worktree.update(to: tried, inspecting: .everything).written == 0)
        }
    }

    @Test func nothingIsRemovedWhenSomethingIsMissing() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            for number in 0..<3 {
                try fixture.commit(["f": "\(number)"], to: path)
                try packLoose(path)
            }
            let lost = try fixture.commitRevision(["lost": "1"], to: path)
            try FileRemoval.remove("\(path)/objects/\(lost.hex.prefix(2))/\(lost.hex.dropFirst(2))")
            let before = try objects(path)
            var policy = PackMergePolicy()
            policy.mostPacks = 1
            _ = try await failure { _ = try await GitRepository.mergePacks(of: path, policy: policy) }
            #expect(try packs(path).count == 3)
            #expect(try objects(path) == before)
        }
    }

    @Test func whatOthersTendIsLeftToThem() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let first = try fixture.commitRevision(["f": "1"], to: path)
            var policy = PackMergePolicy()
            policy.mostLooseObjects = 0
            func skipped() async throws -> Bool {
                if case .skipped = try await GitRepository.mergePacks(of: path, policy: policy) { true } else { false }
            }
            for (file, text) in [
                ("shallow", "\(first)\n"), ("objects/info/alternates", "/elsewhere/objects\n"), ("gc.pid", "1 host\n"),
            ] {
                try SmallFile.makeFolder(path + "/objects/info")
                try write(text, to: "\(path)/\(file)")
                #expect(try await skipped(), "\(file)")
                try FileRemoval.remove("\(path)/\(file)")
            }
            try packLoose(path)
            let pack = try #require(try packs(path).first)
            try write("", to: "\(path)/objects/pack/\(pack.dropLast(5)).keep")
            try fixture.commit(["f": "2"], to: path)
            _ = try await GitRepository.mergePacks(of: path, policy: policy)
            #expect(try packs(path).contains(pack), "a pack with a .keep file stays")
        }
    }
}

private final class NameSink {
    var names: Set<String> = []
}
