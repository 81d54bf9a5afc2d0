import Git
import Model
import TestSupport
import Testing

@Suite(.enabled(if: SSHServer.missing == nil, "needs sshd: \(SSHServer.missing ?? "")"))
struct RemoteSSHTests {
    /// What the client's known_hosts file says of the server.
    enum Knowledge: String, Sendable {
        case ed25519, ecdsa, hashed, wildcard, list
        case nothing, changed, negated, revoked, otherPort, authority

        func text(_ server: SSHServer) -> String {
            let place = "[127.0.0.1]:\(server.port)"
            let key = server.hostKeys[0]
            switch self {
            case .ed25519, .hashed: return server.knownHostsLine(0)
            case .ecdsa: return server.knownHostsLine(1)
            case .wildcard: return "[127.0.0.*]:\(server.port),!*.invalid \(key) a comment\n"
            case .list: return "github.com,\(place)\t\(key)\n"
            case .nothing: return "# nobody yet\nelsewhere ssh-ed25519 AAAA\n"
            case .changed:
                return "\(place) ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPBOF2oNRRwMvM2Tj+vVVVVVVVVVVVVVVVVVVVVVVVVV\n"
            case .negated: return "[127.0.0.*]:\(server.port),!\(place) \(key)\n"
            case .revoked: return "@revoked \(place) \(server.hostKeys[1])\n"
            case .otherPort: return "127.0.0.1 \(key)\n"
            case .authority: return "@cert-authority * \(key)\n"
            }
        }
    }

    enum Key: Sendable {
        case accepted, stranger, none
        case locked(passphrase: String)
    }

    private func with(
        _ knowledge: Knowledge = .ed25519, key: Key = .accepted,
        _ body: (RemoteFixture, GitRemote, SSHServer) async throws -> Void
    ) async throws {
        try await RemoteFixture.with { fixture in
            let origin = try fixture.makeBare()
            let server = try SSHServer(in: fixture.folder)
            defer { server.stop() }
            let file = "\(fixture.folder)/known_hosts"
            try fixture.write(knowledge.text(server), to: file)
            let credential: RemoteCredential =
                switch key {
                case .accepted: .sshKey(path: server.key)
                case .stranger: .sshKey(path: server.strangerKey)
                case .none: .none
                case .locked(let passphrase): .sshKey(path: server.keyWithPassphrase, passphrase: passphrase)
                }
            let remote = GitRemote(
                url: try RemoteURL(server.url(origin)), credential: credential, knownHostsFiles: [file])
            try await body(fixture, remote, server)
        }
    }

    @Test("A key file lists, clones, fetches, pushes and polls")
    func everything() async throws {
        try await with { fixture, remote, _ in
            let tip = try fixture.tip("\(fixture.folder)/origin.git", "main")
            #expect(try await fixture.client.listRefs(remote)["refs/heads/main"] == tip)
            let clone = "\(fixture.folder)/clone"
            _ = try await fixture.client.clone(remote, to: clone)
            let next = try fixture.commit(file: "b", "b")
            _ = try await fixture.client.fetch(remote, into: clone, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
            #expect(try fixture.tip(clone, "origin/main") == next)
            _ = try await fixture.client.push(
                remote, from: clone, updates: [PushUpdate(.commit(tip), to: "refs/heads/old")])
            #expect(try fixture.tip("\(fixture.folder)/origin.git", "old") == tip)
        }
    }

    @Test("A key with a passphrase is opened with it, and the passphrase is never shown")
    func passphrase() async throws {
        try await with(key: .locked(passphrase: "open sesame")) { fixture, remote, _ in
            let listing = try await fixture.client.listRefs(remote)
            #expect(!listing.isEmpty)
        }
        try await with(key: .locked(passphrase: "open barley")) { fixture, remote, _ in
            let refused = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
            #expect(refused?.code == .remoteAuth, "\(refused.map(String.init(describing:)) ?? "no failure")")
            #expect(refused?.description.contains("barley") == false)
        }
    }

    @Test("A key that the server does not know is refused once, clearly; so is no key")
    func strangers() async throws {
        for key in [Key.stranger, .none] {
            try await with(key: key) { fixture, remote, _ in
                let refused = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
                #expect(refused?.code == .remoteAuth, "\(refused.map(String.init(describing:)) ?? "no failure")")
                #expect(refused?.message.contains(remote.url.text) == true)
                #expect(refused?.remedy?.contains("ed25519") == true)
            }
        }
    }

    @Test("The line to add for an unknown host is the one that makes it known")
    func unknownHost() async throws {
        try await with(.nothing) { fixture, remote, server in
            let refused = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
            #expect(refused?.code == .remoteHostKeyUnknown)
            let remedy = try #require(refused?.remedy)
            let line = try #require(remedy.split(separator: "known_hosts: ").last)
            #expect(server.hostKeys.contains { line.contains($0) })
            let print = try PeerCommand.run(["ssh-keygen", "-l", "-f", "\(fixture.folder)/host_ecdsa.pub"]).text
            let shown = try #require(refused?.message.split(separator: "(").last?.dropLast())
            #expect(print.contains(shown))
            try fixture.write("\(line)\n", to: remote.knownHostsFiles[0])
            let listing = try await fixture.client.listRefs(remote)
            #expect(!listing.isEmpty)
        }
    }

    @Test("A changed host key is refused, and no credential is tried")
    func changedHost() async throws {
        try await with(.changed) { fixture, remote, _ in
            let refused = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
            #expect(refused?.code == .remoteHostKeyChanged)
            #expect(refused?.message.contains("somebody may be in between") == true)
        }
    }

    @Test(
        "Every form of a known_hosts line that ssh understands is understood",
        arguments: [Knowledge.ed25519, .ecdsa, .hashed, .wildcard, .list])
    func forms(_ form: Knowledge) async throws {
        try await with(form) { fixture, remote, _ in
            if form == .hashed {
                // ssh-keygen replaces the names by their hashes, in place.
                let file = remote.knownHostsFiles[0]
                let hashed = try PeerCommand.run(["ssh-keygen", "-H", "-f", file])
                try #require(hashed.status == 0)
                #expect(try PeerCommand.run(["cat", file]).text.hasPrefix("|1|"))
            }
            let listing = try await fixture.client.listRefs(remote)
            #expect(!listing.isEmpty)
        }
    }

    @Test(
        "Negated, revoked, other-port and authority lines vouch for nothing",
        arguments: [Knowledge.negated, .revoked, .otherPort, .authority])
    func noVoucher(_ form: Knowledge) async throws {
        try await with(form) { fixture, remote, _ in
            let refused = await remoteFailure { _ = try await fixture.client.listRefs(remote) }
            #expect(refused?.code == (form == .revoked ? .remoteHostKeyChanged : .remoteHostKeyUnknown))
        }
    }

    @Test("A poll over ssh answers, and says no repository where there is none")
    func poll() async throws {
        try await with { fixture, remote, server in
            try await RemotePollTests.withPoller(fixture) { poller in
                let tip = try fixture.tip("\(fixture.folder)/origin.git", "main")
                #expect(try await poller.tip(of: "main", at: remote) == .revision(tip))
                #expect(try await poller.tip(of: "none", at: remote) == .absent)
                var missing = remote
                missing.url = try RemoteURL(server.url("\(fixture.folder)/missing.git"))
                let refused = await remoteFailure { _ = try await poller.tip(of: "main", at: missing) }
                #expect(refused?.code == .remoteNotFound, "\(refused.map(String.init(describing:)) ?? "no failure")")
            }
        }
    }
}
