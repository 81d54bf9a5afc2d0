import Git
import Model
import Net
import Synchronization
import TestSupport
import Testing

/// Credentials that end: had for each operation, and anew where a server takes one no longer.
@Suite struct CredentialSourceTests {
    /// Gives out `t1`, `t2` … and keeps to one until it is refused.
    private final class Tokens: Sendable {
        private let state = Mutex((number: 0, current: String?.none, refused: 0))
        let isRenewed: Bool
        init(isRenewed: Bool = true) { self.isRenewed = isRenewed }

        var given: Int { state.withLock { $0.number } }
        var refused: Int { state.withLock { $0.refused } }
        var current: String? { state.withLock { $0.current } }

        var source: CredentialSource {
            CredentialSource(
                "the App",
                have: { () throws(Failure) in
                    self.state.withLock { state in
                        if let current = state.current { return .token(current) }
                        state.number += 1
                        state.current = "t\(state.number)-secret"
                        return .token(state.current ?? "")
                    }
                },
                drop: { _ in
                    self.state.withLock { state in
                        state.refused += 1
                        state.current = nil
                    }
                    return self.isRenewed
                })
        }
    }

    private func with(
        _ tokens: Tokens, _ body: (RemoteFixture, GitHTTPServer, GitRemote) async throws -> Void
    ) async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeBare()
            let server = try GitHTTPServer(
                root: fixture.folder, options: .init(login: ("x-access-token", "nobody has it")))
            defer { server.stop() }
            server.update { $0.passwords = { [tokens.current].compactMap { $0 } } }
            try await body(
                fixture, server,
                GitRemote(url: try RemoteURL(server.url("origin.git")), credential: .supplied(tokens.source)))
        }
    }

    private func poll(_ fixture: RemoteFixture, _ remote: GitRemote) async throws -> RefPoller.Tip {
        let transport = HTTPTransport()
        do {
            let tip = try await RefPoller(transport: transport, client: fixture.client).tip(of: "main", at: remote)
            await transport.shutdown()
            return tip
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    @Test("Poll, clone, fetch and push show the credential that holds, and had once it serves them all")
    func served() async throws {
        let tokens = Tokens()
        try await with(tokens) { fixture, server, remote in
            let tip = try await poll(fixture, remote)
            #expect(tip != .absent)
            let clone = "\(fixture.folder)/clone"
            _ = try await fixture.client.clone(remote, to: clone)
            _ = try await fixture.client.fetch(remote, into: clone, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
            guard case .revision(let commit) = tip else { return }
            _ = try await fixture.client.push(
                remote, from: clone, updates: [PushUpdate(.commit(commit), to: "refs/heads/codex/1")])
            _ = try await fixture.client.push(
                remote, from: clone,
                updates: [PushUpdate(.nothing, to: "refs/heads/codex/1", expected: .commit(commit))])
            #expect(tokens.given == 1 && tokens.refused == 0)
            // None of it was written down.
            let left = try PeerCommand.run(["grep", "-r", "t1-secret", clone])
            #expect(left.status == 1)
        }
    }

    @Test("One that was taken away is had anew, once, and a server that takes none is told by the source's name")
    func revoked() async throws {
        let tokens = Tokens()
        try await with(tokens) { fixture, server, remote in
            let clone = "\(fixture.folder)/clone"
            _ = try await fixture.client.clone(remote, to: clone)
            server.update { $0.passwords = { [tokens.current].compactMap { $0 }.filter { !$0.hasPrefix("t1") } } }
            _ = try await fixture.client.listRefs(remote)
            #expect(tokens.given == 2 && tokens.refused == 1)
            server.update { $0.passwords = { [] } }
            let failure = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
            #expect(failure?.code == .remoteAuth)
            #expect(tokens.given == 3 && tokens.refused == 2)
            #expect(failure?.description.contains("-secret") == false)
        }
    }

    @Test("Where another one is no use, none is had")
    func given() async throws {
        let tokens = Tokens(isRenewed: false)
        try await with(tokens) { fixture, server, remote in
            server.update { $0.passwords = { [] } }
            let failure = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
            #expect(failure?.code == .remoteAuth && tokens.given == 1)
        }
    }
}
