import Git
import Model
import TestSupport
import Testing

@Suite struct RemotePushTests {
    /// A clone with one commit more than its origin, on `refs/heads/next`.
    private func with(
        overHTTP: Bool = true,
        _ body: (RemoteFixture, GitRemote, _ clone: String, _ next: ObjectID) async throws -> Void
    ) async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeBare()
            let server = try GitHTTPServer(root: fixture.folder, options: .init(login: ("bot", "s3cret-token")))
            defer { server.stop() }
            let remote =
                overHTTP
                ? try fixture.remote(server.url("origin.git"), .token("s3cret-token", username: "bot"))
                : try fixture.remote("\(fixture.folder)/origin.git")
            let clone = "\(fixture.folder)/clone"
            _ = try await fixture.client.clone(remote, to: clone)
            try PeerCommand.git("checkout", "-q", "-b", "next", "origin/main", in: clone)
            try PeerCommand.git("commit", "-q", "--allow-empty", "-m", "next", in: clone)
            try await body(fixture, remote, clone, fixture.tip(clone, "next"))
        }
    }

    @Test("References and bare commits are pushed, and deleted again", arguments: [true, false])
    func pushed(overHTTP: Bool) async throws {
        try await with(overHTTP: overHTTP) { fixture, remote, clone, next in
            let origin = "\(fixture.folder)/origin.git"
            let result = try await fixture.client.push(
                remote, from: clone,
                updates: [
                    PushUpdate(.reference("refs/heads/next"), to: "refs/heads/main"),
                    PushUpdate(.commit(next), to: "refs/heads/deployer/logs", expected: .absent),
                ])
            #expect(Set(result.answers.map(\.destination)) == ["refs/heads/main", "refs/heads/deployer/logs"])
            #expect(try fixture.tip(origin, "main") == next)
            #expect(try fixture.tip(origin, "deployer/logs") == next)
            #expect(try PeerCommand.git("for-each-ref", "refs/deployer", in: clone).isEmpty)

            _ = try await fixture.client.push(
                remote, from: clone, updates: [PushUpdate(.nothing, to: "refs/heads/deployer/logs")])
            #expect(try await fixture.client.listRefs(remote)["refs/heads/deployer/logs"] == nil)
        }
    }

    @Test("A push onto a branch that moved is rejected and loses nothing", arguments: [true, false])
    func moved(overHTTP: Bool) async throws {
        try await with(overHTTP: overHTTP) { fixture, remote, clone, _ in
            let theirs = try fixture.commit(file: "theirs", "theirs\n")
            let update = PushUpdate(.reference("refs/heads/next"), to: "refs/heads/main")
            let refused = await remoteFailure {
                _ = try await fixture.client.push(remote, from: clone, updates: [update])
            }
            #expect(refused?.code == .remotePushRejected)
            #expect(refused?.scheduling == .retry)
            #expect(refused?.message.contains("origin") == true)
            #expect(try fixture.tip("\(fixture.folder)/origin.git", "main") == theirs)

            // Also when the commits are known here: then only the shape of the history says no.
            _ = try await fixture.client.fetch(remote, into: clone, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
            let again = await remoteFailure {
                _ = try await fixture.client.push(remote, from: clone, updates: [update])
            }
            #expect(again?.code == .remotePushRejected)
            #expect(try fixture.tip("\(fixture.folder)/origin.git", "main") == theirs)
        }
    }

    @Test("A forced push holds to what it expects to replace")
    func lease() async throws {
        try await with { fixture, remote, clone, next in
            let old = try fixture.tip("\(fixture.folder)/origin.git", "main")
            let theirs = try fixture.commit(file: "theirs", "theirs\n")
            func push(_ expected: PushUpdate.Expectation) async -> Failure? {
                await remoteFailure {
                    _ = try await fixture.client.push(
                        remote, from: clone,
                        updates: [PushUpdate(.commit(next), to: "refs/heads/main", isForced: true, expected: expected)])
                }
            }
            let stale = await push(.commit(old))
            #expect(stale?.code == .remotePushRejected)
            #expect(stale?.message.contains(theirs.short) == true)
            #expect(await push(.absent)?.code == .remotePushRejected)
            #expect(await push(.commit(theirs)) == nil)
            #expect(try fixture.tip("\(fixture.folder)/origin.git", "main") == next)
        }
    }

    /// Two pushes to a path at the same time, each large enough to take a while: the reference is compared when it is set, not
    /// only when it was looked at.
    @Test("Of two pushes at once, one is told that it was too late", arguments: ["update", "create", "delete"])
    func race(_ kind: String) async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeLarge("origin.git", bytes: 400_000)
            let origin = "\(fixture.folder)/origin.git"
            let remote = try fixture.remote(origin)
            let clone = "\(fixture.folder)/clone"
            _ = try await fixture.client.clone(remote, to: clone)
            let base = try fixture.tip(origin, "main")
            var tips: [ObjectID] = []
            for name in ["one", "two"] {
                try fixture.makeLarge("\(name).git", bytes: 400_000)
                try PeerCommand.git("fetch", "-q", "\(fixture.folder)/\(name).git", "main", in: clone)
                let tree = try PeerCommand.git("rev-parse", "FETCH_HEAD^{tree}", in: clone)
                let id = try PeerCommand.git("commit-tree", "-p", base.hex, "-m", name, tree, in: clone)
                tips.append(try #require(ObjectID(id)))
            }
            for round in 0..<5 {
                let branch = "refs/heads/round-\(round)"
                if kind != "create" { try PeerCommand.git("update-ref", branch, base.hex, in: origin) }
                let expected = kind == "create" ? PushUpdate.Expectation.absent : .commit(base)
                let updates = tips.enumerated().map { number, tip in
                    PushUpdate(
                        kind == "delete" && number == 0 ? .nothing : .commit(tip), to: branch, isForced: true,
                        expected: expected)
                }
                async let first = remoteFailure {
                    _ = try await fixture.client.push(remote, from: clone, updates: [updates[0]])
                }
                async let second = remoteFailure {
                    _ = try await fixture.client.push(remote, from: clone, updates: [updates[1]])
                }
                let failures = await [first, second]
                let late = failures.compactMap { $0 }
                #expect(late.count == 1 && late[0].code == .remotePushRejected, "\(kind) \(round): \(failures)")
                let now = try? fixture.tip(origin, branch)
                #expect(now == (failures[0] == nil && kind == "delete" ? nil : tips[failures[0] == nil ? 0 : 1]))
                #expect(fixture.leftovers(in: origin).isEmpty)
            }
            try PeerCommand.git("fsck", "--strict", in: origin)
            #expect(try PeerCommand.git("for-each-ref", "refs/deployer", in: origin).isEmpty)
        }
    }

    /// A packed reference has no file that would be in the way.
    @Test("No reference is made below another one, or above", arguments: [true, false])
    func collision(isPacked: Bool) async throws {
        try await with(overHTTP: false) { fixture, remote, clone, next in
            let origin = "\(fixture.folder)/origin.git"
            let main = try fixture.tip(origin, "main")
            try PeerCommand.git("update-ref", "refs/heads/above/below", main.hex, in: origin)
            if isPacked { try PeerCommand.git("pack-refs", "--all", "--prune", in: origin) }
            for name in ["refs/heads/main/below", "refs/heads/above", "refs/heads/above/below/deeper"] {
                let failure = await remoteFailure {
                    _ = try await fixture.client.push(
                        remote, from: clone, updates: [PushUpdate(.commit(next), to: name, expected: .absent)])
                }
                #expect(failure?.code == .remotePushDeclined, "\(name): \(String(describing: failure))")
                #expect(failure?.message.contains("collides with") == true, "\(String(describing: failure))")
            }
            #expect(
                try PeerCommand.git("for-each-ref", "--format=%(refname)", in: origin)
                    == "refs/heads/above/below\nrefs/heads/main")
        }
    }

    @Test("A tag, a second push of the same and a deletion of nothing work on a path")
    func pathCases() async throws {
        try await with(overHTTP: false) { fixture, remote, clone, next in
            let origin = "\(fixture.folder)/origin.git"
            try PeerCommand.git("tag", "-a", "-m", "a tag", "v1", in: clone)
            let tag = try fixture.tip(clone, "v1")
            for _ in 0..<2 {
                _ = try await fixture.client.push(
                    remote, from: clone,
                    updates: [
                        PushUpdate(.reference("refs/tags/v1"), to: "refs/tags/v1"),
                        PushUpdate(.commit(next), to: "refs/heads/main"),
                        PushUpdate(.nothing, to: "refs/heads/none"),
                    ])
                #expect(try fixture.tip(origin, "v1") == tag)
                #expect(try fixture.tip(origin, "main") == next)
            }
            try PeerCommand.git("fsck", "--strict", in: origin)
            // A branch that another one's folder is in the way of.
            let refused = await remoteFailure {
                _ = try await fixture.client.push(
                    remote, from: clone, updates: [PushUpdate(.commit(next), to: "refs/heads/main/below")])
            }
            #expect(refused != nil)
        }
    }

    @Test("A hook that says no is quoted", arguments: ["update", "pre-receive"])
    func declined(_ hook: String) async throws {
        try await with { fixture, remote, clone, _ in
            let origin = "\(fixture.folder)/origin.git"
            let before = try fixture.tip(origin, "main")
            try fixture.writeExecutable(
                "#!/bin/sh\necho 'Fridays are frozen (s3cret-token)' >&2\nexit 1\n", to: "\(origin)/hooks/\(hook)")
            let refused = await remoteFailure {
                _ = try await fixture.client.push(
                    remote, from: clone, updates: [PushUpdate(.reference("refs/heads/next"), to: "refs/heads/main")])
            }
            #expect(refused?.code == .remotePushDeclined)
            #expect(refused?.message.contains("refs/heads/main") == true)
            #expect(refused?.message.contains("hook declined") == true)
            #expect(refused?.cause?.contains("Fridays are frozen (***)") == true)
            #expect(try fixture.tip(origin, "main") == before)
        }
    }

    @Test("What a hook prints on success reaches the caller")
    func hookWords() async throws {
        try await with { fixture, remote, clone, _ in
            try fixture.writeExecutable(
                "#!/bin/sh\necho 'Deploying soon' >&2\n", to: "\(fixture.folder)/origin.git/hooks/post-receive")
            let result = try await fixture.client.push(
                remote, from: clone, updates: [PushUpdate(.reference("refs/heads/next"), to: "refs/heads/main")])
            #expect(result.remoteLines.contains("Deploying soon"))
        }
    }

    @Test("One refused reference of two is named, and the other one is pushed")
    func partly() async throws {
        try await with { fixture, remote, clone, next in
            let origin = "\(fixture.folder)/origin.git"
            try fixture.writeExecutable(
                "#!/bin/sh\n[ \"$1\" != refs/heads/frozen ]\n", to: "\(origin)/hooks/update")
            let refused = await remoteFailure {
                _ = try await fixture.client.push(
                    remote, from: clone,
                    updates: ["free", "frozen"].map { PushUpdate(.commit(next), to: "refs/heads/\($0)") })
            }
            #expect(refused?.code == .remotePushDeclined)
            #expect(refused?.message.contains("refs/heads/frozen") == true)
            #expect(refused?.message.contains("refs/heads/free:") == false)
            #expect(try fixture.tip(origin, "free") == next)
        }
    }

    @Test("A push without the right to is a clear answer")
    func forbidden() async throws {
        try await with { fixture, remote, clone, next in
            try PeerCommand.git("config", "http.receivepack", "false", in: "\(fixture.folder)/origin.git")
            let refused = await remoteFailure {
                _ = try await fixture.client.push(
                    remote, from: clone, updates: [PushUpdate(.commit(next), to: "refs/heads/main")])
            }
            #expect(refused?.code == .remoteForbidden)
        }
    }

    @Test("A path remote with a working tree is not pushed to")
    func workingTree() async throws {
        try await with(overHTTP: false) { fixture, _, clone, next in
            let tree = try fixture.remote("\(fixture.folder)/work-origin.git")
            let refused = await remoteFailure {
                _ = try await fixture.client.push(
                    tree, from: clone, updates: [PushUpdate(.commit(next), to: "refs/heads/main")])
            }
            #expect(refused?.code == .remotePushDeclined)
            #expect(refused?.remedy?.contains("bare") == true)
        }
    }
}
