import Model
import TestSupport
import Testing

@testable import Git

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

@Suite struct DamageTests {
    /// A checkout with loose objects and one pack of an older state.
    private func withClone(_ body: (GitFixture, String) async throws -> Void) async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            for number in 0..<5 { try fixture.commit(["f": "\(number)", "d/\(number)": "x"], to: path) }
            var policy = PackMergePolicy()
            policy.mostPacks = 0
            policy.mostLooseObjects = 0
            _ = try await GitRepository.mergePacks(of: path, policy: policy)
            try fixture.commit(["f": "last"], to: path)
            try fixture.checkOutHead(of: path)
            try await body(fixture, path)
        }
    }

    private func pack(_ path: String, _ ending: String) throws -> String {
        let folder = path + "/.git/objects/pack"
        guard let name = try FileRemoval.names(in: folder).first(where: { $0.hasSuffix(ending) }) else {
            throw Unexpected("no \(ending) in \(folder)")
        }
        return "\(folder)/\(name)"
    }

    @Test func aSoundCloneHasNoDamage() async throws {
        try await withClone { fixture, path in
            let (empty, bare) = (try fixture.repository("empty"), try fixture.repository("bare", isBare: true))
            for repository in [path, empty, bare] {
                #expect(try await GitRepository.examine(repository).isEmpty)
            }
        }
    }

    @Test func eachKindOfDamageIsFoundAndNamed() async throws {
        let main = "/.git/refs/heads/main"
        let cases: [(String, (String) throws -> Void, GitDamage.Kind)] = [
            ("empty HEAD", { try cut($0 + "/.git/HEAD", to: 0) }, .unreadableHead),
            ("no HEAD", { try FileRemoval.remove($0 + "/.git/HEAD") }, .unreadableHead),
            ("HEAD full of nothing", { try write("\0\0\0\0", to: $0 + "/.git/HEAD") }, .unreadableHead),
            ("broken configuration", { try write("[core\n", to: $0 + "/.git/config") }, .unreadableConfiguration),
            ("empty reference", { try cut($0 + main, to: 0) }, .emptyReference),
            ("reference cut off", { try cut($0 + main, to: 17) }, .unreadableReference),
            (
                "packed references cut off", { try write("1234 refs/he", to: $0 + "/.git/packed-refs") },
                .unreadableReference
            ),
            ("empty pack", { try cut(try self.pack($0, ".pack"), to: 0) }, .truncatedPack),
            (
                "pack cut off",
                { path in
                    let pack = try self.pack(path, ".pack")
                    try cut(pack, to: Int(try FileStatus(pack)?.size ?? 0) - 7)
                }, .truncatedPack
            ),
            ("empty pack index", { try cut(try self.pack($0, ".idx"), to: 0) }, .truncatedPackIndex),
            ("pack index cut off", { try cut(try self.pack($0, ".idx"), to: 1100) }, .truncatedPackIndex),
            ("no pack", { try FileRemoval.remove(try self.pack($0, ".pack")) }, .missingPack),
            (
                "empty object",
                { path in
                    try cut(try #require(LooseObjects.files(in: path + "/.git/objects").first).path, to: 0)
                }, .emptyObject
            ),
            (
                "objects gone",
                { path in
                    for file in try LooseObjects.files(in: path + "/.git/objects") { try FileRemoval.remove(file.path) }
                }, .missingObject
            ),
            ("folder gone", { try FileRemoval.remove($0 + "/.git/refs") }, .missingFolder),
        ]
        for (name, damage, kind) in cases {
            try await withClone { _, path in
                try damage(path)
                let found = try await GitRepository.examine(path)
                #expect(found.first?.kind == kind, "\(name): \(found)")
                #expect(found.allSatisfy { $0.needsNewClone && $0.description.contains($0.subject) }, "\(name)")
            }
        }
    }

    @Test func aMissingFileOfTheHeadCommitIsFound() async throws {
        try await withClone { fixture, path in
            let revision = try fixture.commitRevision(["deep/er/file": "unique content"], to: path)
            let repository = try await GitRepository.open(path)
            let blob = try #require(try await repository.entry(at: "deep/er/file", in: revision)).id.hex
            try FileRemoval.remove("\(path)/.git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
            let found = try await GitRepository.examine(path)
            #expect(found.map(\.kind) == [.missingObject])
            #expect(found.first?.detail.contains(blob) == true)
        }
    }

    @Test func whatIsLessThanAnEndIsMendedInPlace() async throws {
        try await withClone { _, path in
            try cut(path + "/.git/index", to: 30)
            let lock = path + "/.git/refs/heads/main.lock"
            try write("", to: lock)
            #expect(try await GitRepository.removeStaleLocks(path).isEmpty, "it may be held at this moment")
            var times = [timeval(tv_sec: 1_700_000_000, tv_usec: 0), timeval(tv_sec: 1_700_000_000, tv_usec: 0)]
            #expect(utimes(lock, &times) == 0)
            let found = try await GitRepository.examine(path)
            #expect(Set(found.map(\.kind)) == [.unreadableIndex, .staleLock])
            #expect(found.allSatisfy { !$0.needsNewClone })
            #expect(try await GitRepository.removeStaleLocks(path) == [lock])
            let repository = try await GitRepository.open(path)
            try await repository.rebuildIndex()
            #expect(try await GitRepository.examine(path).isEmpty)
            #expect(try await repository.checkoutStatus().isClean)
        }
    }

    @Test func aDamagedCloneIsMadeAnewBesideTheOld() async throws {
        for hasOwnChange in [false, true] {
            try await withClone { fixture, path in
                let repository = try await GitRepository.open(path)
                try await repository.setRemote("origin", url: "https://host.invalid/team/r.git")
                try write("/secret\n", to: path + "/.git/info/exclude")
                let tip = try #require(try await repository.head().revision)
                if hasOwnChange { try write("mine", to: path + "/f") }
                try cut(try pack(path, ".pack"), to: 100)
                let damages = try await GitRepository.examine(path)
                #expect(!damages.isEmpty)

                let plan = try await RepairPlan(for: path, damages: damages)
                #expect(plan.remotes == ["origin": "https://host.invalid/team/r.git"])
                #expect(plan.branch == "main" && plan.revision == tip && !plan.isBare)
                let time = Timestamp(seconds: 1_800_000_000)
                let aside = try await plan.setAside(at: time)
                #expect(aside == "\(path)/.git.damaged-\(time.compact)")
                #expect(exists(aside + "/HEAD") && !exists(path + "/.git"))
                let made = try await plan.prepare()
                #expect(try await made.url(ofRemote: "origin") == "https://host.invalid/team/r.git")
                #expect(read(path + "/.git/info/exclude") == "/secret\n")

                // In place of a fetch: the same history, and one commit more.
                for number in 0..<5 {
                    try fixture.commit(["f": "\(number)", "d/\(number)": "x"], to: path, branch: "o")
                }
                #expect(try fixture.commitRevision(["f": "last"], to: path, branch: "o") == tip)
                let newer = try fixture.commitRevision(["f": "newer"], to: path, branch: "o")
                #expect(try await plan.finish(made, at: newer) == tip)
                #expect(try await GitRepository.examine(path).isEmpty)
                let status = try await made.checkoutStatus()
                #expect(status.changed == (hasOwnChange ? ["f"] : []))
                #expect(read(path + "/f") == (hasOwnChange ? "mine" : "last"))
                let second = try await plan.setAside(at: time)
                #expect(second == aside + "-2")
            }
        }
    }

    @Test func aPlanIsMadeFromWhatIsLeft() async throws {
        try await withClone { _, path in
            try write("[remote \"origin\"]\n\turl = /srv/origin.git\n[core\0\0", to: path + "/.git/config")
            try cut(path + "/.git/HEAD", to: 0)
            let plan = try await RepairPlan(for: path, damages: try await GitRepository.examine(path))
            #expect(plan.remotes == ["origin": "/srv/origin.git"])
            #expect(plan.branch == "main")
            #expect(plan.configuration == nil)
            _ = try await plan.setAside()
            #expect(try await plan.prepare().url(ofRemote: "origin") == "/srv/origin.git")
        }
    }
}
