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
