import Git
import Model
import Testing

@testable import PluginStore

@Suite struct PluginSourceTests {
    @Test(
        arguments: [
            ("https://host/team/x.git", "https://host/team/x.git", nil),
            ("https://host/team/x.git@v1.2.0", "https://host/team/x.git", "v1.2.0"),
            ("https://host/team/x@feature/a", "https://host/team/x", "feature/a"),
            ("http://127.0.0.1:8080/x@main", "http://127.0.0.1:8080/x", "main"),
            ("https://host", "https://host", nil),
            ("ssh://git@host/x", "ssh://git@host/x", nil),
            ("ssh://git@host:22/x@v1", "ssh://git@host:22/x", "v1"),
            ("git@host:team/x.git", "git@host:team/x.git", nil),
            ("git@host:team/x.git@v1", "git@host:team/x.git", "v1"),
            ("/srv/plugins/x", "/srv/plugins/x", nil),
            ("/srv/plugins/x@0123abc", "/srv/plugins/x", "0123abc"),
            ("/srv/@team/x", "/srv/@team/x", nil),
            ("../x@main", "../x", "main"),
            ("x@", "x@", nil),
            ("file:///srv/x@v2", "file:///srv/x", "v2"),
        ] as [(String, String, String?)]) func anAddressIsPartedFromItsRevision(
            _ text: String, url: String, revision: String?
        )
    {
        let parts = PluginSource.split(text)
        #expect(parts.url == url && parts.revision == revision, "\(parts)")
    }

    @Test func aRevisionOfItsOwnLeavesTheAddressWhole() throws {
        let source = try PluginSource(argument: "/srv/x@1", revision: "main", path: "./a//b/", relativeTo: nil)
        #expect(source.url.text == "/srv/x@1" && source.revision == "main" && source.path == "a/b")
        #expect(try PluginSource(argument: "x@v1", relativeTo: "/home/me").url.text == "/home/me/x")
    }

    @Test(arguments: ["-x", "a..b", "a b", "a~1", "a^", "a:b", "a*", "a@{1}", "/a", "a/", "a\u{7}", "", "a[b", "a\\b"])
    func aRevisionThatGitHasNotIsRefused(_ revision: String) {
        #expect(throws: Failure.self) { try PluginSource.checked(revision: revision) }
    }

    @Test(arguments: [
        "/a", "../a", "a/../b", ".git", ".GIT/hooks", "a\\b", "a\u{0}b", String(repeating: "a", count: 2000),
    ])
    func aFolderThatLeavesTheRepositoryIsRefused(_ path: String) {
        #expect(throws: Failure.self) { try PluginSource.checked(path: path) }
    }

    @Test(arguments: ["https://user:secret@host/x", "https://tok@host/x@v1", "ftp://host/x", "", "~/x"])
    func anAddressWithASecretOrOfAnotherKindIsRefused(_ url: String) {
        let failure = #expect(throws: Failure.self) { try PluginSource(argument: url, relativeTo: "/") }
        #expect(failure?.description.contains("secret") == false)
    }
}

@Suite struct RevisionChoiceTests {
    static let one = ObjectID(String(repeating: "1", count: 40)).unsafelyUnwrapped
    static let two = ObjectID(String(repeating: "2", count: 40)).unsafelyUnwrapped
    static let three = ObjectID(String(repeating: "3", count: 40)).unsafelyUnwrapped
    static let references = [
        "refs/heads/main": one, "refs/heads/feature/a": two, "refs/tags/v1": two, "refs/tags/both": one,
        "refs/heads/both": two, "refs/heads/same": one, "refs/tags/same": one, "refs/heads/abcdef12": one,
    ]

    private static func choose(_ revision: String?, head: String? = "refs/heads/main") async throws(Failure)
        -> RevisionChoice
    {
        try await RevisionChoice.of(
            revision, defaultBranch: head, references: references, url: try RemoteURL("/srv/x")
        ) { (text) throws(Failure) in three.hex.hasPrefix(text) ? three : nil }
    }

    @Test(
        arguments: [
            (nil, "refs/heads/main", one), ("main", "refs/heads/main", one), ("feature/a", "refs/heads/feature/a", two),
            ("v1", "refs/tags/v1", two), ("refs/tags/both", "refs/tags/both", one),
            ("refs/heads/both", "refs/heads/both", two),
            ("same", "refs/heads/same", one), ("abcdef12", "refs/heads/abcdef12", one),
            ("3333333", nil, three), (three.hex, nil, three),
        ] as [(String?, String?, ObjectID)]) func branchesComeBeforeTagsAndTagsBeforeCommits(
            _ revision: String?, reference: String?, commit: ObjectID
        ) async throws
    {
        #expect(try await Self.choose(revision) == RevisionChoice(reference: reference, commit: commit))
    }

    @Test(arguments: [
        ("both", "a branch and a tag"), ("nothing", "has no branch, tag or commit 'nothing'"),
        ("4444444", "only commits"),
        ("333333", "has no branch"),
    ]) func whatIsNotThereOrTwoThingsIsAnError(_ revision: String, _ words: String) async throws {
        let failure = await #expect(throws: Failure.self) { try await Self.choose(revision) }
        #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
    }

    @Test func withoutADefaultBranchOneHasToBeNamed() async throws {
        for head in [nil, "refs/heads/gone"] {
            let failure = await #expect(throws: Failure.self) { try await Self.choose(nil, head: head) }
            #expect(failure?.remedy?.contains("name a branch") == true)
        }
    }
}
