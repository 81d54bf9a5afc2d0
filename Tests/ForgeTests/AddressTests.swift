import Forge
import Model
import Testing

@Suite struct AddressTests {
    @Test(
        "A remote's URL tells forge, interface and repository",
        arguments: [
            ("https://github.com/fountain/api.git", ForgeKind.github, "https://api.github.com", "fountain/api"),
            ("https://user:secret@github.com/fountain/api", .github, "https://api.github.com", "fountain/api"),
            ("git@github.com:fountain/api.git", .github, "https://api.github.com", "fountain/api"),
            (
                "ssh://git@ssh.github.com:443/fountain/.github.git/", .github, "https://api.github.com",
                "fountain/.github"
            ),
            ("https://GitHub.com//fountain/api.git?x=1", .github, "https://api.github.com", "fountain/api"),
            ("https://octo.ghe.com/fountain/api", .github, "https://api.octo.ghe.com", "fountain/api"),
            ("https://gitlab.com/a/b/c/d.git", .gitlab, "https://gitlab.com/api/v4", "a/b/c/d"),
            ("git@gitlab.com:a/b.git", .gitlab, "https://gitlab.com/api/v4", "a/b"),
            ("https://codeberg.org/a/b", .gitea, "https://codeberg.org/api/v1", "a/b"),
            ("ssh://git@codeberg.org/a/b.git", .gitea, "https://codeberg.org/api/v1", "a/b"),
            ("https://pagure.io/pagure.git", .pagure, "https://pagure.io/api/0", "pagure"),
            ("https://pagure.io/ns/name.git", .pagure, "https://pagure.io/api/0", "ns/name"),
            ("https://pagure.io/forks/me/ns/name.git", .pagure, "https://pagure.io/api/0", "fork/me/ns/name"),
        ])
    func known(remote: String, kind: ForgeKind, api: String, repository: String) throws {
        let address = try ForgeAddress(remote: remote)
        #expect(address.kind == kind)
        #expect(address.api == api)
        #expect(address.repository == repository)
    }

    @Test(
        "A host that nobody knows is taken for what the configuration says, with its interface where it usually is, or elsewhere"
    )
    func configured() throws {
        #expect(throws: Failure.self) { try ForgeAddress(remote: "https://git.example.com/a/b") }
        let address = try ForgeAddress(remote: "https://git.example.com/a/b", kind: .github)
        #expect(address.api == "https://git.example.com/api/v3")
        let elsewhere = try ForgeAddress(
            remote: "ssh://git@git.example.com:2222/a/b", kind: .gitea, api: "https://Git.Example.com:443/api/v1/")
        #expect(elsewhere.api == "https://git.example.com/api/v1")
        #expect(elsewhere.server == "git.example.com")
        // A forge behind a path has that path in its remotes over HTTP, and not in those over SSH.
        for remote in ["https://example.com/git/a/b", "git@example.com:a/b.git"] {
            let behind = try ForgeAddress(remote: remote, kind: .gitlab, api: "https://example.com/git/api/v4")
            #expect(behind.repository == "a/b")
        }
    }

    @Test(
        "What names no repository on a forge is refused",
        arguments: [
            "", "/srv/git/repo.git", "./a:b", "file:///srv/git/repo.git", "https://github.com/", "https://github.com/a",
            "https://github.com/a/b/c", "https://github.com/a/../b", "https://github.com/a/b%2fc", "git@github.com:a",
            "https:///a/b", "https://git hub.com/a/b",
        ])
    func refused(remote: String) {
        let failure = #expect(throws: Failure.self) { try ForgeAddress(remote: remote, kind: .github) }
        #expect(failure?.code == .forgeRemote)
        #expect(failure?.scheduling == .stop)
    }

    @Test(
        "No token goes out in the clear, or to an address with somebody's password in it",
        arguments: [
            "http://git.example.com/api/v4", "https://a:b@example.com/api", "ftp://x/y", "https://", "example.com",
            "http://127.0.0.1.example.com/", "https://x/y?z",
        ])
    func api(address: String) {
        let failure = #expect(throws: Failure.self) {
            try ForgeAddress(remote: "git@h:a/b", kind: .gitlab, api: address)
        }
        #expect(failure?.code == .forgeAPI)
        #expect(failure?.description.contains("b@") == false)
    }

    @Test(
        "On this machine itself the interface may be unencrypted",
        arguments: ["http://127.0.0.1:8080/api/v1", "http://localhost/api/v1", "http://[::1]:3000"])
    func loopback(address: String) throws {
        #expect(try ForgeAddress(remote: "git@h:a/b", kind: .gitea, api: address).api == address)
    }
}
