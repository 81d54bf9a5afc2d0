import Git
import Model
import Testing

@Suite struct TokenScopeTests {
    private let token = RemoteCredential.token("tok3n")

    private func credential(
        _ url: String, home: String = "https://git.example.org/team/main.git", hosts: [String] = []
    ) throws -> RemoteCredential {
        try TokenScope(home: RemoteURL(home), hosts: hosts).credential(token, for: RemoteURL(url))
    }

    @Test(
        "The workspace's own server sees the token, by whatever path",
        arguments: [
            "https://git.example.org/team/main.git", "https://git.example.org/other/service.git",
            "https://GIT.example.org:443/x",
        ]) func home(url: String) throws
    { #expect(try credential(url) == token) }

    @Test(
        "No other scheme, host or port sees it",
        arguments: [
            "http://git.example.org/x", "https://git.example.org:8443/x", "https://example.org/x",
            "https://git.example.org.evil.test/x", "https://evil.test/git.example.org", "ssh://git@git.example.org/x",
            "/srv/x",
        ]) func elsewhere(url: String) throws
    { #expect(try credential(url) == .none) }

    @Test("The operator may name more servers")
    func named() throws {
        let hosts = ["mirror.example.org", "other.example.org:8443", "http://lan.example.org:3000"]
        #expect(try credential("https://mirror.example.org/x", hosts: hosts) == token)
        #expect(try credential("https://other.example.org:8443/x", hosts: hosts) == token)
        #expect(try credential("http://lan.example.org:3000/x", hosts: hosts) == token)
        #expect(try credential("http://mirror.example.org/x", hosts: hosts) == .none)
        #expect(try credential("https://other.example.org/x", hosts: hosts) == .none)
        #expect(try credential("https://lan.example.org:3000/x", hosts: hosts) == .none)
    }

    @Test("A workspace's own server that cannot keep a secret is refused, unless it is this machine")
    func plain() throws {
        let home = "http://git.lan:3000/team/main.git"
        do {
            _ = try credential(home, home: home)
            Issue.record("nothing was thrown")
        } catch let failure as Failure {
            #expect(failure.code == .remotePlainHTTP)
            #expect(failure.message.contains(home) && !failure.description.contains("tok3n"))
            #expect(failure.remedy?.contains("DISPATCHER_TOKEN_HOSTS=http://git.lan:3000") == true)
        }
        #expect(try credential(home, home: home, hosts: ["http://git.lan:3000"]) == token)
        for host in ["127.0.0.1", "127.1.2.3", "localhost", "[::1]"] {
            #expect(try credential("http://\(host):3000/x", home: "http://\(host):3000/y") == token)
        }
        // Without a token there is nothing to lose.
        #expect(try TokenScope(home: RemoteURL(home), hosts: []).credential(.none, for: RemoteURL(home)) == .none)
        #expect(throws: Failure.self) {
            try credential("http://127.0.0.1.evil.test/x", home: "http://127.0.0.1.evil.test/x")
        }
    }

    @Test("A host that is none is refused")
    func invalid() throws {
        let home = try RemoteURL("https://git.example.org/x")
        for host in ["", "a b", "user@host", "ssh://host"] {
            #expect(throws: Failure.self, "\(host)") { try TokenScope(home: home, hosts: [host]) }
        }
    }
}
