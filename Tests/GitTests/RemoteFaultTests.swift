import Git
import Model
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Remotes that misbehave: each operation ends within its deadline with one clear failure that names the remote.
@Suite struct RemoteFaultTests {
    private func with(
        _ fault: FaultyServer.Fault, _ body: (RemoteFixture, FaultyServer) async throws -> Void
    ) async throws {
        try await RemoteFixture.with { fixture in
            let server = try FaultyServer(fault)
            defer { server.stop() }
            try await body(fixture, server)
        }
    }

    private func check(_ failure: Failure?, _ code: Failure.Code, at url: String) {
        #expect(failure?.code == code, "\(failure.map(String.init(describing:)) ?? "no failure")")
        #expect(failure?.message.contains(url) == true)
        #expect(failure?.remedy?.isEmpty == false)
    }

    @Test("Silence and dripping are ended by the deadline, and the child is gone", arguments: [true, false])
    func neverAnswers(isSilent: Bool) async throws {
        try await with(isSilent ? .silence : .drip) { fixture, server in
            let remote = try fixture.remote(server.url())
            let start = ContinuousClock.now
            let listed = await remoteFailure {
                _ = try await fixture.client.listRefs(remote, deadline: .milliseconds(700))
            }
            check(listed, .remoteTimeout, at: server.url())
            #expect(listed?.scheduling == .retry)
            let clone = "\(fixture.folder)/clone"
            let cloned = await remoteFailure {
                _ = try await fixture.client.clone(remote, to: clone, deadline: .milliseconds(700))
            }
            check(cloned, .remoteTimeout, at: server.url())
            #expect(ContinuousClock.now - start < .seconds(90))
            #expect(fixture.files(below: fixture.folder).isEmpty)
        }
    }

    @Test("Cancelling the task ends the operation long before its deadline")
    func cancelled() async throws {
        try await with(.silence) { fixture, server in
            let remote = try fixture.remote(server.url())
            let client = fixture.client
            let start = ContinuousClock.now
            let task = Task { await remoteFailure { _ = try await client.listRefs(remote, deadline: .seconds(300)) } }
            while server.acceptedConnections == 0 { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            let ended = await task.value
            #expect(ended?.code == .remoteCancelled)
            #expect(ContinuousClock.now - start < .seconds(200))
            let early = Task { await remoteFailure { _ = try await client.listRefs(remote) } }
            early.cancel()
            #expect(await early.value?.code == .remoteCancelled)
        }
    }

    @Test(
        "No secret stands in the child's arguments or environment", .enabled(if: RemoteFixture.hasProc, "needs /proc"))
    func childShowsNothing() async throws {
        try await with(.silence) { fixture, server in
            let remote = try fixture.remote(server.url(), .token("s3cret-token"))
            let client = fixture.client
            let task = Task { await remoteFailure { _ = try await client.listRefs(remote, deadline: .seconds(60)) } }
            while server.acceptedConnections == 0 { try await Task.sleep(for: .milliseconds(5)) }
            let shown = try fixture.childrenInProc()
            #expect(shown.contains("GitTransport"))
            #expect(!shown.contains("s3cret"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test("The child ends by itself when the daemon is killed", .enabled(if: RemoteFixture.hasProc, "needs /proc"))
    func orphan() async throws {
        try await with(.silence) { fixture, server in
            // A shell in the daemon's place: it holds the child's input open until it is killed.
            let request = "git-transport 1\noperation 4\nlist\nurl \(server.url().count)\n\(server.url())\nend\n"
            try fixture.write(request, to: "\(fixture.folder)/request")
            let script =
                "cd '\(fixture.folder)'; mkfifo pipe; '\(fixture.client.executable)' < pipe & echo $! > pid; "
                + "exec > pipe; cat request; exec sleep 300"
            let shell = try PeerCommand.start(["sh", "-c", script])
            while server.acceptedConnections == 0 { try await Task.sleep(for: .milliseconds(5)) }
            let pid = try PeerCommand.run(["cat", "\(fixture.folder)/pid"]).text.filter(\.isNumber)
            #expect(fixture.exists("/proc/\(pid)/exe"))
            _ = try PeerCommand.run(["kill", "-9", String(shell)])
            let start = ContinuousClock.now
            while fixture.exists("/proc/\(pid)/exe"), ContinuousClock.now - start < .seconds(90) {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(!fixture.exists("/proc/\(pid)/exe"))
            PeerCommand.stop(shell)
        }
    }

    @Test("Many hanging remotes hold no thread of the cooperative pool")
    func manyHang() async throws {
        try await with(.silence) { fixture, server in
            let remote = try fixture.remote(server.url())
            let client = fixture.client
            await withTaskGroup(of: Failure?.self) { group in
                for _ in 0..<24 {
                    group.addTask {
                        await remoteFailure { _ = try await client.listRefs(remote, deadline: .seconds(600)) }
                    }
                }
                // Were the pool's threads blocked, this would come only after the deadlines.
                let start = ContinuousClock.now
                for _ in 0..<50 { await Task.detached {}.value }
                #expect(ContinuousClock.now - start < .seconds(200))
                group.cancelAll()
                for await ended in group { #expect(ended?.code == .remoteCancelled) }
            }
        }
    }

    @Test("A connection that is reset half way through a pack leaves nothing behind", arguments: [300_000, 1_000_000])
    func resetInPack(bytes: Int) async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeLarge()
            let git = try GitHTTPServer(root: fixture.folder)
            defer { git.stop() }
            let server = try FaultyServer(.resetAfter(bytes: bytes, port: git.port))
            defer { server.stop() }
            let remote = try fixture.remote(server.url("large.git"))
            let clone = "\(fixture.folder)/clone"
            let cloned = await remoteFailure { _ = try await fixture.client.clone(remote, to: clone) }
            check(cloned, .remoteInterrupted, at: server.url("large.git"))
            #expect(cloned?.scheduling == .retry)
            #expect(!fixture.exists(clone))
            #expect(!fixture.files(below: fixture.folder).contains { $0.contains("cloning") })

            try PeerCommand.git("init", "-q", "--bare", clone)
            let fetched = await remoteFailure {
                _ = try await fixture.client.fetch(remote, into: clone, refspecs: ["+refs/heads/*:refs/heads/*"])
            }
            check(fetched, .remoteInterrupted, at: server.url("large.git"))
            #expect(fixture.leftovers(in: clone).isEmpty)
        }
    }

    @Test("A fetch that is killed in the middle of a pack leaves no unfinished pack")
    func killedInPack() async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeLarge()
            let git = try GitHTTPServer(root: fixture.folder)
            defer { git.stop() }
            let server = try FaultyServer(.stallAfter(bytes: 1_000_000, port: git.port))
            defer { server.stop() }
            let clone = "\(fixture.folder)/clone"
            try PeerCommand.git("init", "-q", "--bare", clone)
            let remote = try fixture.remote(server.url("large.git"))
            let client = fixture.client
            let task = Task {
                await remoteFailure {
                    _ = try await client.fetch(
                        remote, into: clone, refspecs: ["+refs/heads/*:refs/heads/*"], deadline: .seconds(60))
                }
            }
            // The proof that there was something to sweep.
            while fixture.leftovers(in: clone).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            task.cancel()
            #expect(await task.value?.code == .remoteCancelled)
            #expect(fixture.leftovers(in: clone).isEmpty)
        }
    }

    @Test("Packs that a crash left unfinished are swept by the next fetch once they are old")
    func oldLeftovers() async throws {
        try await RemoteFixture.with { fixture in
            let origin = try fixture.makeBare()
            let clone = "\(fixture.folder)/clone"
            let remote = try fixture.remote(origin)
            _ = try await fixture.client.clone(remote, to: clone)
            let old = "\(clone)/.git/objects/pack/pack_git2_old"
            let young = "\(clone)/.git/objects/pack/pack_git2_young"
            try fixture.write("x", to: old)
            try fixture.write("x", to: young)
            _ = try PeerCommand.run(["touch", "-d", "3 hours ago", old])
            _ = try await fixture.client.fetch(remote, into: clone, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
            #expect(!fixture.exists(old))
            #expect(fixture.exists(young))
        }
    }

    @Test(
        "Each answer that is none of git's is told apart",
        arguments: [
            (401, "text/plain", Failure.Code.remoteAuth), (403, "text/plain", .remoteForbidden),
            (404, "text/plain", .remoteNotFound), (500, "text/html", .remoteServerError),
            (503, "text/html", .remoteServerError), (200, "text/html", .remoteNotGit),
        ])
    func answers(_ status: Int, _ type: String, _ code: Failure.Code) async throws {
        try await with(.answer(status: status, type: type, body: "<html>Log in</html>")) { fixture, server in
            let remote = try fixture.remote(server.url(), .token("s3cret-token"))
            let listed = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
            check(listed, code, at: server.url())
            #expect(listed?.description.contains("s3cret") == false)
        }
    }

    @Test("A wrong token is offered once and reported; a missing one is asked for")
    func wrongToken() async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeBare()
            let server = try GitHTTPServer(root: fixture.folder, options: .init(login: ("x-access-token", "right")))
            defer { server.stop() }
            let wrong = try fixture.remote(server.url("origin.git"), .token("s3cret-wrong"))
            let refused = await remoteFailure { _ = try await fixture.client.listRefs(wrong) }
            check(refused, .remoteAuth, at: server.url("origin.git"))
            #expect(refused?.description.contains("s3cret") == false)
            #expect(server.log.count { $0.authorization != nil } == 1)
            let without = await remoteFailure {
                _ = try await fixture.client.listRefs(fixture.remote(server.url("origin.git")))
            }
            check(without, .remoteAuth, at: server.url("origin.git"))
            #expect(without?.remedy?.contains("GITHUB_TOKEN") == true)
        }
    }

    @Test("A redirect to another host is not followed, and no credential gets there")
    func redirect() async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeBare()
            let other = try GitHTTPServer(root: fixture.folder)
            defer { other.stop() }
            let server = try GitHTTPServer(
                root: fixture.folder,
                options: .init(redirects: ["/": other.url("").replacing("127.0.0.1", with: "localhost")]))
            defer { server.stop() }
            let remote = try fixture.remote(server.url("origin.git"), .token("s3cret-token"))
            let listed = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
            check(listed, .remoteRedirect, at: server.url("origin.git"))
            #expect(other.log.isEmpty)
        }
    }

    @Test("A closed port, an unknown name, a missing path and a missing child are told apart")
    func nobodyThere() async throws {
        try await RemoteFixture.with { fixture in
            let closed = try FaultyServer(.silence)
            let url = closed.url()
            closed.stop()
            // The accepting thread closes the port a moment later.
            while PeerPort.isOpen(closed.port) { try await Task.sleep(for: .milliseconds(5)) }
            let cases: [(String, Failure.Code)] = [
                (url, .remoteConnect), ("http://nowhere.invalid/r.git", .remoteDNS),
                ("\(fixture.folder)/missing.git", .remoteNotFound), ("\(fixture.folder)", .remoteNotFound),
            ]
            for (url, code) in cases {
                let listed = await remoteFailure { _ = try await fixture.client.listRefs(fixture.remote(url)) }
                check(listed, code, at: url)
            }
            let client = RemoteClient(executable: "/nonexistent/GitTransport")
            let missing = await remoteFailure { _ = try await client.listRefs(fixture.remote(url)) }
            #expect(missing?.code == .remoteTransport)
            #expect(missing?.message.contains("/nonexistent/GitTransport") == true)
            let wrong = RemoteClient(executable: "/bin/true")
            #expect(await remoteFailure { _ = try await wrong.listRefs(fixture.remote(url)) }?.code == .remoteTransport)
        }
    }

    @Test("A child that dies of a signal is reported as such")
    func crashed() async throws {
        try await RemoteFixture.with { fixture in
            let child = "\(fixture.folder)/child"
            try fixture.writeExecutable("#!/bin/sh\necho oops >&2\nkill -SEGV $$\n", to: child)
            let ended = await remoteFailure {
                _ = try await RemoteClient(executable: child).listRefs(fixture.remote("/x"))
            }
            #expect(ended?.code == .remoteTransport)
            #expect(ended?.message.contains("signal 11") == true)
            #expect(ended?.cause?.contains("oops") == true)
        }
    }

    @Test(
        "A repository that belongs to somebody else is a clear answer",
        .enabled(if: getuid() == 0, "needs root to chown"))
    func foreignOwner() async throws {
        try await RemoteFixture.with { fixture in
            let origin = try fixture.makeBare()
            _ = try PeerCommand.run(["chown", "-R", "12345", origin])
            let listed = await remoteFailure { _ = try await fixture.client.listRefs(fixture.remote(origin)) }
            check(listed, .remoteOwner, at: origin)
        }
    }

    @Test(
        "A shallow remote, or a shallow clone where it cannot be fetched into, is a clear answer",
        arguments: [true, false])
    func shallow(overHTTP: Bool) async throws {
        try await RemoteFixture.with { fixture in
            let origin = try fixture.makeBare()
            try fixture.commit(file: "b", "b")
            let shallow = "\(fixture.folder)/shallow.git"
            try PeerCommand.git("clone", "-q", "--bare", "--depth", "1", "file://\(origin)", shallow)
            let server = try GitHTTPServer(root: fixture.folder)
            defer { server.stop() }
            let url = overHTTP ? server.url("shallow.git") : shallow
            let cloned = await remoteFailure {
                _ = try await fixture.client.clone(fixture.remote(url), to: "\(fixture.folder)/clone")
            }
            check(cloned, .remoteShallow, at: url)
            #expect(!fixture.exists("\(fixture.folder)/clone"))

            let tip = try fixture.commit(file: "c", "c")
            let whole = overHTTP ? server.url("origin.git") : origin
            let fetched = await remoteFailure {
                _ = try await fixture.client.fetch(
                    fixture.remote(whole), into: shallow, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
            }
            if overHTTP {
                check(fetched, .remoteShallow, at: whole)
            } else {
                #expect(fetched == nil)
                #expect(try fixture.tip(shallow, "refs/remotes/origin/main") == tip)
            }
        }
    }

    @Test("A full disk is named as such", .enabled(if: getuid() == 0, "needs root to mount a small file system"))
    func diskFull() async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeLarge()
            let small = "\(fixture.folder)/small"
            _ = try PeerCommand.run(["mkdir", small])
            let mounted = try PeerCommand.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", small])
            try #require(mounted.status == 0, "mount: \(mounted.text)")
            defer { _ = try? PeerCommand.run(["umount", small]) }
            let cloned = await remoteFailure {
                _ = try await fixture.client.clone(fixture.remote("\(fixture.folder)/large.git"), to: "\(small)/clone")
            }
            #expect(cloned?.code == .remoteDiskFull, "\(cloned.map(String.init(describing:)) ?? "no failure")")
            #expect(fixture.files(below: small).isEmpty)
        }
    }

    @Test("A lock that is in the way is named")
    func locked() async throws {
        try await RemoteFixture.with { fixture in
            let origin = try fixture.makeBare()
            let clone = "\(fixture.folder)/clone"
            let remote = try fixture.remote(origin)
            _ = try await fixture.client.clone(remote, to: clone)
            try fixture.commit(file: "b", "b")
            try fixture.write("", to: "\(clone)/.git/refs/remotes/origin/main.lock")
            let fetched = await remoteFailure {
                _ = try await fixture.client.fetch(
                    remote, into: clone, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
            }
            #expect(fetched?.code == .remoteLocked, "\(fetched.map(String.init(describing:)) ?? "no failure")")
            #expect(fetched?.description.contains("main.lock") == true)
        }
    }
}
