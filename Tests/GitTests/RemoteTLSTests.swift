import Git
import Model
import TestSupport
import Testing

@Suite(.enabled(if: TLSFront.missing == nil, "needs TLS in front of the server: \(TLSFront.missing ?? "")"))
struct RemoteTLSTests {
    @Test("An authority of one's own is trusted where its file is configured, and nowhere else")
    func authority() async throws {
        try await RemoteFixture.with { fixture in
            try fixture.makeBare()
            let server = try GitHTTPServer(root: fixture.folder, options: .init(login: ("x-access-token", "s3cret")))
            defer { server.stop() }
            let files = try TLSFiles.make(in: fixture.folder)
            let front = try TLSFront(target: server.port, files: files)
            defer { front.stop() }
            var remote = try fixture.remote("https://localhost:\(front.port)/origin.git", .token("s3cret"))
            try await RemotePollTests.withPoller(fixture) { poller in
                for operation in [
                    { _ = try await fixture.client.listRefs($0) }, { _ = try await poller.tip(of: "main", at: $0) },
                ] as [(GitRemote) async throws -> Void] {
                    remote.authorityFile = nil
                    let refused = await remoteFailure { try await operation(remote) }
                    #expect(refused?.code == .remoteTLS, "\(refused.map(String.init(describing:)) ?? "no failure")")
                    #expect(refused?.message.contains("localhost:\(front.port)") == true)
                    #expect(refused?.remedy?.contains("authority") == true)
                    #expect(server.log.allSatisfy { $0.authorization != nil || $0.status == 401 })
                    remote.authorityFile = files.authority
                    try await operation(remote)
                }
                // The other authority is not the one that signed.
                remote.authorityFile = try TLSFiles.make(in: fixture.folder, name: "other").authority
                #expect(await remoteFailure { _ = try await fixture.client.listRefs(remote) }?.code == .remoteTLS)
                #expect(await remoteFailure { _ = try await poller.tip(of: "main", at: remote) }?.code == .remoteTLS)
            }
            remote.authorityFile = files.authority
            let clone = "\(fixture.folder)/clone"
            _ = try await fixture.client.clone(remote, to: clone)
            let tip = try fixture.tip(clone, "origin/main")
            _ = try await fixture.client.push(
                remote, from: clone, updates: [PushUpdate(.commit(tip), to: "refs/heads/copy")])
            #expect(try fixture.tip("\(fixture.folder)/origin.git", "copy") == tip)
        }
    }
}
