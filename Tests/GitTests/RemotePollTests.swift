import Git
import Model
import Net
import TestSupport
import Testing

/// `RefPoller` over HTTP and over paths.
@Suite struct RemotePollTests {
    static func withPoller(
        _ fixture: RemoteFixture, deadline: Duration = .seconds(30), _ body: (RefPoller) async throws -> Void
    ) async throws {
        let transport = HTTPTransport()
        do {
            try await body(RefPoller(transport: transport, client: fixture.client, deadline: deadline))
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    private func with(
        _ options: GitHTTPServer.Options = .init(),
        _ body: (RemoteFixture, GitHTTPServer, RefPoller) async throws -> Void
    ) async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeBare()
            let server = try GitHTTPServer(root: fixture.folder, options: options)
            defer { server.stop() }
            try await Self.withPoller(fixture) { try await body(fixture, server, $0) }
        }
    }

    @Test("Protocol v2 is learnt once; each later poll is one request on the same connection")
    func version2() async throws {
        try await with { fixture, server, poller in
            let remote = try fixture.remote(server.url("origin.git"))
            let first = try fixture.tip("\(fixture.folder)/origin.git", "main")
            #expect(try await poller.tip(of: "main", at: remote) == .revision(first))
            #expect(server.log.map(\.method) == ["GET", "POST"])
            let second = try fixture.commit(file: "b", "b")
            try fixture.commit(branch: "main2", file: "c", "c")
            for _ in 0..<3 { #expect(try await poller.tip(of: "main", at: remote) == .revision(second)) }
            #expect(try await poller.tip(of: "ma", at: remote) == .absent)
            #expect(server.log.map(\.method) == ["GET", "POST", "POST", "POST", "POST", "POST"])
            #expect(server.acceptedConnections == 1)
        }
    }

    @Test("A server that speaks v0 only is understood, and so is one that changes its mind")
    func version0() async throws {
        try await with(.init(speaksVersion2: false)) { fixture, server, poller in
            let remote = try fixture.remote(server.url("origin.git"))
            let tip = try fixture.tip("\(fixture.folder)/origin.git", "main")
            #expect(try await poller.tip(of: "main", at: remote) == .revision(tip))
            #expect(try await poller.tip(of: "none", at: remote) == .absent)
            #expect(server.log.map(\.method) == ["GET", "GET"])
            server.update { $0.speaksVersion2 = true }
            #expect(try await poller.tip(of: "main", at: remote) == .revision(tip))
            server.update { $0.speaksVersion2 = false }
            #expect(try await poller.tip(of: "main", at: remote) == .revision(tip))
        }
    }

    @Test("An empty repository has no branch, by either protocol", arguments: [true, false])
    func empty(speaksVersion2: Bool) async throws {
        try await with(.init(speaksVersion2: speaksVersion2)) { fixture, server, poller in
            try fixture.makeBare("empty.git", isEmpty: true)
            #expect(try await poller.tip(of: "main", at: fixture.remote(server.url("empty.git"))) == .absent)
        }
    }

    @Test("The token goes into a header, and a refused one is one clear failure")
    func token() async throws {
        try await with(.init(login: ("x-access-token", "s3cret-token"))) { fixture, server, poller in
            let tip = try fixture.tip("\(fixture.folder)/origin.git", "main")
            let right = try fixture.remote(server.url("origin.git"), .token("s3cret-token"))
            #expect(try await poller.tip(of: "main", at: right) == .revision(tip))
            #expect(server.log.allSatisfy { !$0.target.contains("s3cret") && $0.status == 200 })
            let count = server.log.count
            let wrong = try fixture.remote(server.url("origin.git"), .token("s3cret-wrong"))
            let refused = await remoteFailure { _ = try await poller.tip(of: "main", at: wrong) }
            #expect(refused?.code == .remoteAuth)
            #expect(refused?.description.contains("s3cret") == false)
            #expect(refused?.message.contains(server.url("origin.git")) == true)
            #expect(server.log.count == count + 1)
        }
    }

    @Test("A missing repository is named")
    func missing() async throws {
        try await with { fixture, server, poller in
            let refused = await remoteFailure {
                _ = try await poller.tip(of: "main", at: fixture.remote(server.url("missing.git")))
            }
            #expect(refused?.code == .remoteNotFound)
            #expect(refused?.message.contains("missing.git") == true)
        }
    }

    @Test("A redirect is reported with its target and not followed")
    func redirect() async throws {
        try await with { fixture, other, poller in
            let server = try GitHTTPServer(
                root: fixture.folder, options: .init(redirects: ["/": other.url("")]))
            defer { server.stop() }
            let remote = try fixture.remote(server.url("origin.git"), .token("s3cret-token"))
            let refused = await remoteFailure { _ = try await poller.tip(of: "main", at: remote) }
            #expect(refused?.code == .remoteRedirect)
            #expect(refused?.message.contains(other.url("origin.git")) == true)
            #expect(other.log.isEmpty)
        }
    }

    @Test(
        "Each answer that is none of git's is told apart",
        arguments: [
            (401, Failure.Code.remoteAuth), (403, .remoteForbidden), (404, .remoteNotFound), (500, .remoteServerError),
            (200, .remoteNotGit),
        ])
    func answers(_ status: Int, _ code: Failure.Code) async throws {
        try await RemoteFixture.with { fixture in
            let server = try FaultyServer(.answer(status: status, type: "text/html", body: "<html>Log in</html>"))
            defer { server.stop() }
            try await Self.withPoller(fixture) { poller in
                let refused = await remoteFailure {
                    _ = try await poller.tip(of: "main", at: fixture.remote(server.url()))
                }
                #expect(refused?.code == code)
                #expect(refused?.message.contains(server.url()) == true)
                #expect(refused?.remedy != nil)
            }
        }
    }

    @Test("Silence, dripping and resets end within the deadline", arguments: 0..<3)
    func faults(_ index: Int) async throws {
        try await RemoteFixture.with { fixture in
            let server = try FaultyServer([.silence, .drip, .reset][index])
            defer { server.stop() }
            let start = ContinuousClock.now
            try await Self.withPoller(fixture, deadline: index == 2 ? .seconds(30) : .milliseconds(700)) { poller in
                let ended = await remoteFailure {
                    _ = try await poller.tip(of: "main", at: fixture.remote(server.url()))
                }
                #expect(ended?.code == [.remoteTimeout, .remoteTimeout, .remoteInterrupted][index])
                #expect(ended?.scheduling == .retry)
                #expect(ended?.message.contains(server.url()) == true)
            }
            #expect(ContinuousClock.now - start < .seconds(90))
        }
    }

    @Test("A path is polled in whatever form its repository keeps the reference")
    func paths() async throws {
        try await RemoteFixture.with { fixture in
            let origin = try fixture.makeBare()
            let tip = try fixture.tip(origin, "main")
            try PeerCommand.git("worktree", "add", "-q", "\(fixture.folder)/linked", "main", in: origin)
            try PeerCommand.git("symbolic-ref", "refs/heads/alias", "refs/heads/main", in: origin)
            try await Self.withPoller(fixture) { poller in
                for _ in 0..<2 {
                    for path in ["origin.git", "work-origin.git", "linked"] {
                        let remote = try fixture.remote("\(fixture.folder)/\(path)")
                        #expect(try await poller.tip(of: "main", at: remote) == .revision(tip), "\(path)")
                        #expect(try await poller.tip(of: "none", at: remote) == .absent)
                    }
                    #expect(try await poller.tip(of: "alias", at: fixture.remote(origin)) == .revision(tip))
                    try PeerCommand.git("pack-refs", "--all", in: origin)
                }
                let refused = await remoteFailure {
                    _ = try await poller.tip(of: "main", at: fixture.remote(fixture.folder))
                }
                #expect(refused?.code == .remoteNotFound)
                try fixture.write("", to: "\(origin)/refs/heads/main")
                let damaged = await remoteFailure { _ = try await poller.tip(of: "main", at: fixture.remote(origin)) }
                #expect(damaged?.code == .remoteRepository)
                #expect(damaged?.message.contains("refs/heads/main") == true)
            }
        }
    }

    @Test("Every one of 20,000 packed references is found, and only those", arguments: [true, false])
    func packed(isSorted: Bool) async throws {
        try await RemoteFixture.with { fixture in
            let origin = try fixture.makeBare()
            let names = (0..<20_000).map { "b\($0)" }.sorted()
            var lines = isSorted ? "# pack-refs with: peeled fully-peeled sorted \n" : "# pack-refs with: peeled \n"
            for name in isSorted ? names : names.shuffled() {
                lines += "\(Self.id(name)) refs/heads/\(name)\n"
                if name.hasSuffix("7") { lines += "^\(Self.id("p" + name))\n" }
            }
            try fixture.write(lines, to: "\(origin)/packed-refs")
            try await Self.withPoller(fixture) { poller in
                let remote = try fixture.remote(origin)
                let probed = Array(stride(from: 0, to: names.count, by: isSorted ? 97 : 4999)) + [names.count - 1]
                for index in probed {
                    let tip = try await poller.tip(of: names[index], at: remote)
                    #expect(tip == .revision(try #require(ObjectID(Self.id(names[index])))), "\(names[index])")
                }
                for name in ["a", "b", "b10000x", "zzz", "b1999"] where !names.contains(name) {
                    #expect(try await poller.tip(of: name, at: remote) == .absent)
                }
            }
        }
    }

    /// A made-up object id that differs for each name.
    private static func id(_ name: String) -> String {
        var hash: UInt64 = 1_469_598_103_934_665_603
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        let digits = String(hash, radix: 16)
        return String(
            (String(repeating: "0", count: 16 - digits.count) + digits + String(repeating: "a", count: 40)).prefix(40))
    }
}
