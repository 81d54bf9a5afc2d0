import Git
import Model
import TestSupport
import Testing

/// Lists, clones, fetches and pushes that go well, over a path and over HTTP with and without authentication.
@Suite struct RemoteTransferTests {
    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case path, file, http, httpWithToken
        var testDescription: String { rawValue }
    }

    /// Runs `body` with a remote that reaches `origin.git` in the way given.
    private func with(_ way: Way, _ body: (RemoteFixture, GitRemote) async throws -> Void) async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeBare()
            let path = "\(fixture.folder)/origin.git"
            switch way {
            case .path: try await body(fixture, fixture.remote(path))
            case .file: try await body(fixture, fixture.remote("file://\(path)"))
            case .http, .httpWithToken:
                let login = way == .http ? nil : ("x-access-token", "s3cret-token")
                let server = try GitHTTPServer(root: fixture.folder, options: .init(login: login))
                defer { server.stop() }
                let credential = way == .http ? RemoteCredential.none : .token("s3cret-token")
                try await body(fixture, fixture.remote(server.url("origin.git"), credential))
                #expect(!server.log.isEmpty)
                #expect(server.log.allSatisfy { !$0.target.contains("s3cret") })
            }
        }
    }

    @Test("The remote's references are listed", arguments: Way.allCases)
    func list(_ way: Way) async throws {
        try await with(way) { fixture, remote in
            let tip = try fixture.tip("\(fixture.folder)/origin.git", "main")
            try PeerCommand.git("tag", "-a", "-m", "one", "v1", "main", in: "\(fixture.folder)/origin.git")
            let listing = try await fixture.client.listRefs(remote)
            #expect(listing["refs/heads/main"] == tip)
            #expect(listing.defaultBranch == "refs/heads/main")
            #expect(listing.references.map(\.name).sorted() == ["HEAD", "refs/heads/main", "refs/tags/v1"])
        }
    }

    @Test("A clone that takes longer than the deadline goes on while it moves")
    func slowClone() async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeLarge()
            let server = try GitHTTPServer(root: fixture.folder)
            defer { server.stop() }
            // Some 1.3 MB at about 250 kB a second.
            let slow = try FaultyServer(.slow(bytes: 25_000, port: server.port))
            defer { slow.stop() }
            let remote = try fixture.remote(slow.url("large.git"))
            let ended = await remoteFailure {
                _ = try await fixture.client.clone(remote, to: "\(fixture.folder)/never", deadline: .seconds(2))
            }
            #expect(ended?.code == .remoteTimeout)
            let path = "\(fixture.folder)/clone"
            _ = try await fixture.client.clone(remote, to: path, deadline: .seconds(2), longest: .seconds(300))
            #expect(
                try fixture.tip(path, "refs/remotes/origin/main") == fixture.tip("\(fixture.folder)/large.git", "main"))
            let silent = try FaultyServer(.drip)
            defer { silent.stop() }
            let dripping = await remoteFailure {
                _ = try await fixture.client.clone(
                    fixture.remote(silent.url("large.git")), to: "\(fixture.folder)/never", deadline: .seconds(2),
                    longest: .seconds(300))
            }
            #expect(dripping?.code == .remoteTimeout)
            #expect(dripping?.message.contains("stood still") == true)
        }
    }

    @Test(
        "A clone has the history and no checkout, and a fetch brings, moves and prunes references",
        arguments: Way.allCases)
    func cloneAndFetch(_ way: Way) async throws {
        try await with(way) { fixture, remote in
            let clone = "\(fixture.folder)/clone"
            let cloned = try await fixture.client.clone(remote, to: clone)
            #expect(cloned.headBranch == "refs/heads/main")
            #expect(!cloned.isEmpty)
            #expect(cloned.receivedObjects == 3)
            #expect(!fixture.exists("\(clone)/README"))
            let first = try fixture.tip(clone, "refs/remotes/origin/main")

            let second = try fixture.commit(file: "b", "b\n")
            let side = try fixture.commit(branch: "side", file: "c", "c\n")
            let refspecs = ["+refs/heads/*:refs/remotes/origin/*"]
            let fetched = try await fixture.client.fetch(remote, into: clone, refspecs: refspecs)
            #expect(
                Set(fetched.updates) == [
                    ReferenceUpdate(name: "refs/remotes/origin/main", old: first, new: second),
                    ReferenceUpdate(name: "refs/remotes/origin/side", old: nil, new: side),
                ])
            #expect(try fixture.tip(clone, "refs/remotes/origin/side") == side)

            try PeerCommand.git("branch", "-D", "side", in: "\(fixture.folder)/origin.git")
            let kept = try await fixture.client.fetch(remote, into: clone, refspecs: refspecs, prune: false)
            #expect(kept.updates.isEmpty)
            let pruned = try await fixture.client.fetch(remote, into: clone, refspecs: refspecs)
            #expect(pruned.updates == [ReferenceUpdate(name: "refs/remotes/origin/side", old: side, new: nil)])
            #expect(fixture.leftovers(in: clone).isEmpty)
            let config = try PeerCommand.run(["cat", "\(clone)/.git/config"]).text
            #expect(!config.contains("s3cret"))
        }
    }

    @Test("A force-pushed branch is brought by a forced refspec", arguments: [Way.path, .http])
    func forced(_ way: Way) async throws {
        try await with(way) { fixture, remote in
            let clone = "\(fixture.folder)/bare-clone"
            _ = try await fixture.client.clone(remote, to: clone, isBare: true)
            let work = "\(fixture.folder)/work-origin.git"
            try PeerCommand.git("commit", "-q", "--amend", "-m", "rewritten", in: work)
            try PeerCommand.git("push", "-q", "-f", "origin", "HEAD:main", in: work)
            let tip = try fixture.tip(work, "HEAD")
            _ = try await fixture.client.fetch(
                remote, into: clone, refspecs: ["+refs/heads/main:refs/remotes/origin/main"])
            #expect(try fixture.tip(clone, "refs/remotes/origin/main") == tip)
        }
    }

    @Test("An empty remote is a state, not an error", arguments: [Way.path, .http])
    func empty(_ way: Way) async throws {
        try await with(way) { fixture, remote in
            try fixture.makeBare("empty.git", isEmpty: true)
            let url = remote.url.text.replacing("origin.git", with: "empty.git")
            let empty = try fixture.remote(url)
            #expect(try await fixture.client.listRefs(empty).isEmpty)
            let clone = "\(fixture.folder)/clone"
            #expect(try await fixture.client.clone(empty, to: clone).isEmpty)
            let fetched = try await fixture.client.fetch(
                empty, into: clone, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
            #expect(fetched.remoteIsEmpty)
        }
    }

    @Test("Progress of a transfer is told")
    func progress() async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeLarge()
            let remote = try fixture.remote("\(fixture.folder)/large.git")
            let counter = RemoteProgressProbe()
            let result = try await fixture.client.clone(remote, to: "\(fixture.folder)/c") { progress in
                counter.add(progress)
            }
            #expect(result.receivedObjects == 6)
            #expect(counter.last?.objects == 6)
            #expect((counter.last?.bytes ?? 0) > 1_000_000)
        }
    }

    @Test("A clone does not replace what lies at its path, and sweeps what killed attempts left beside it")
    func cloneInPlace() async throws {
        try await with(.path) { fixture, remote in
            let clone = "\(fixture.folder)/clone"
            try PeerCommand.git("init", "-q", clone)
            let refused = await remoteFailure { _ = try await fixture.client.clone(remote, to: clone) }
            #expect(refused?.code == .remoteRepository)
            #expect(refused?.message.contains(clone) == true)

            // Process numbers end at 4194304, so nobody is this one.
            let orphan = "\(fixture.folder)/.other.cloning-4194999-1"
            let alive = "\(fixture.folder)/.other.cloning-1-1"
            try PeerCommand.git("init", "-q", orphan)
            try PeerCommand.git("init", "-q", alive)
            _ = try await fixture.client.clone(remote, to: "\(fixture.folder)/other/")
            #expect(!fixture.exists(orphan))
            #expect(fixture.exists(alive))
            #expect(fixture.exists("\(fixture.folder)/other/.git/HEAD"))
        }
    }

    @Test("The operator's own git configuration has no say")
    func insteadOf() async throws {
        try await with(.path) { fixture, remote in
            let clone = "\(fixture.folder)/clone"
            _ = try await fixture.client.clone(remote, to: clone)
            try PeerCommand.git("config", "url./nowhere.insteadOf", remote.url.text, in: clone)
            _ = try await fixture.client.fetch(
                remote, into: clone, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
        }
    }
}
