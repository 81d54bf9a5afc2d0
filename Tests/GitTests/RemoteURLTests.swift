import Git
import Model
import Testing

@Suite struct RemoteURLTests {
    @Test(
        "A usable URL is taken apart",
        arguments: [
            ("https://host/team/repo.git", RemoteURL.Kind.https, "host", nil, nil, "https://host/team/repo.git"),
            ("https://Host:8443/r/", .https, "host", 8443, nil, "https://Host:8443/r"),
            ("http://[::1]:80/r", .http, "::1", 80, nil, "http://[::1]:80/r"),
            ("ssh://git@host:2222/srv/r.git", .ssh, "host", 2222, "git", "ssh://git@host:2222/srv/r.git"),
            ("ssh://host/~/r.git", .ssh, "host", nil, nil, "ssh://host/~/r.git"),
            ("git@host:team/repo.git", .ssh, "host", nil, "git", "git@host:team/repo.git"),
            ("host:repo.git", .ssh, "host", nil, nil, "host:repo.git"),
            ("file:///srv/a%20b.git", .local, nil, nil, nil, "/srv/a b.git"),
            ("/srv/r.git", .local, nil, nil, nil, "/srv/r.git"),
        ] as [(String, RemoteURL.Kind, String?, Int?, String?, String)])
    func parsed(
        _ text: String, _ kind: RemoteURL.Kind, _ host: String?, _ port: Int?, _ user: String?, _ shown: String
    ) throws {
        let url = try RemoteURL(text)
        #expect(url.kind == kind)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.user == user)
        #expect(url.description == shown)
    }

    @Test("A relative path is taken relative to the folder that is given")
    func relative() throws {
        #expect(try RemoteURL("../origin.git", relativeTo: "/srv/deploy").localPath == "/srv/deploy/../origin.git")
        #expect(throws: Failure.self) { try RemoteURL("../origin.git") }
    }

    @Test(
        "A URL that carries user information is refused without repeating it",
        arguments: [
            "https://user:tok3n@host/r", "https://tok3n@host/r", "http://x-access-token:tok3n@host:8080/r",
            "https://user:to@tok3n@host/r", "ssh://git:tok3n@host/r", "git:tok3n@host:r",
        ])
    func secretsInURLs(_ text: String) throws {
        let failure = try #require(throws: Failure.self) { try RemoteURL(text) }
        #expect(failure.code == .remoteURLCredentials)
        #expect(!failure.description.contains("tok3n"))
        #expect(failure.description.contains("***@host"))
        #expect(failure.remedy?.contains("GITHUB_TOKEN") == true)
    }

    @Test(
        "What cannot be a remote is refused",
        arguments: [
            "", "ftp://host/r", "https:///r", "https://host:0/r", "https://host:99999/r", "ssh://-oProxyCommand=x/r",
            "-x", "host:-r", "ssh://host", "~/r.git", "file://other/r", "file:///a%00b", "https://host/r?token=tok3n",
            "https://ho st/r", "a\nb",
        ])
    func refused(_ text: String) throws {
        let failure = try #require(throws: Failure.self) { try RemoteURL(text) }
        #expect(failure.code == .remoteURLInvalid)
        #expect(failure.remedy != nil)
        #expect(!failure.description.contains("tok3n"))
    }

    @Test("A credential shows no secret, and masks all its forms in texts")
    func masking() {
        let credential = RemoteCredential.token("tok3n")
        #expect("\(credential)" == "token of x-access-token")
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!dumped.contains("tok3n"))
        // base64 of `x-access-token:tok3n`, as it stands in an Authorization header.
        let header = "Basic eC1hY2Nlc3MtdG9rZW46dG9rM24="
        #expect(credential.masking("tok3n, \(header)") == "***, Basic ***")
    }
}
