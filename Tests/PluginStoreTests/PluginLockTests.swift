import Foundation
import Model
import Testing

@testable import PluginStore

@Suite struct PluginLockTests {
    @Test func whatIsWrittenIsReadAgain() throws {
        let lock = PluginLock([
            try Sample.pin("static", url: "https://host/x.git", path: "kinds/static", revision: nil),
            try Sample.pin("files"),
        ])
        #expect(lock.pins.map(\.id) == ["files", "static"])
        #expect(try PluginLock(reading: Array(lock.text.utf8)) == lock)
        #expect(lock.text.hasSuffix("}\n"))
    }

    @Test func theTextDoesNotDependOnTheOrderInWhichPluginsCame() throws {
        let (a, b) = (try Sample.pin("a", url: "/a"), try Sample.pin("b", url: "/b"))
        #expect(PluginLock([a]).putting(b).text == PluginLock([b]).putting(a).text)
        #expect(PluginLock([a, b]).removing("a") == PluginLock([b]))
    }

    @Test func aPinTakesThePlaceOfTheOneWithItsIDOrItsPlace() throws {
        let lock = PluginLock([try Sample.pin("a", url: "/a"), try Sample.pin("b", url: "/b")])
        #expect(lock.putting(try Sample.pin("c", url: "/a")).pins.map(\.id) == ["b", "c"])
        #expect(lock.putting(try Sample.pin("a", url: "/c")).pins.map(\.url) == ["/c", "/b"])
    }

    @Test func aRepositoryThatSeveralCameFromNamesNone() throws {
        let url = "https://host/x.git"
        let lock = PluginLock([
            try Sample.pin("a", url: url, path: "kinds/a"), try Sample.pin("b", url: url, path: "kinds/b"),
            try Sample.pin("c", url: "/c"),
        ])
        let failure = #expect(throws: Failure.self) { try PluginStore.find(url, in: lock) }
        #expect(failure?.message.contains("a, b") == true, "\(String(describing: failure))")
        #expect(try PluginStore.find("b", in: lock)?.path == "kinds/b")
        #expect(try PluginStore.find("/c", in: lock)?.id == "c")
        #expect(try PluginStore.find("/d", in: lock) == nil)
    }

    @Test func noFileIsNoPins() throws {
        #expect(try PluginLock(reading: nil).pins.isEmpty)
    }

    /// It came with a commit: each of these a committer could write.
    @Test(arguments: [
        ("\"schema\" : 1", "\"schema\" : 2", "its schema is 2"),
        ("\"id\" : \"files\"", "\"id\" : \"../files\"", "are no names"),
        ("\"id\" : \"files\"", "\"id\" : \"\"", "are no names"),
        ("\"id\" : \"files\",", "", "'id' is missing"),
        ("\"version\" : \"1.0.0\"", "\"version\" : 1", "another type"),
        ("\"version\" : \"1.0.0\"", "\"version\" : \"\\u001b[2J\"", "are no names"),
        (Sample.commit, "main", "its commit is not 40"),
        (Sample.digest, "ABAB", "its digest is not 64"),
        ("\"url\" : \"/srv/files\"", "\"url\" : \"https://u:p@host/x\"", "user information"),
        ("\"url\" : \"/srv/files\"", "\"url\" : \"--upload-pack=x\"", "cannot be used as a remote"),
        ("\"url\" : \"/srv/files\"", "\"url\" : \"../outside\"", "relative path"),
        ("\"revision\" : \"main\"", "\"revision\" : \"-x\"", "no branch, tag or commit"),
        ("\"url\"", "\"path\" : \"../../etc\", \"url\"", "no folder of a repository"),
        ("\"reference\" : \"refs/heads/main\"", "\"reference\" : \"a b\"", "no branch, tag or commit"),
        ("{", "[", "it is not the JSON"),
    ]) func aLockThatCannotBeTrustedIsRefusedWithAReason(_ old: String, _ new: String, _ words: String) throws {
        let text = PluginLock([try Sample.pin()]).text
        let changed = text.replacing(old, with: new, maxReplacements: 1)
        #expect(changed != text)
        let failure = #expect(throws: Failure.self) { try PluginLock(reading: Array(changed.utf8)) }
        #expect(failure?.code.rawValue == "config.plugins-lock")
        #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
    }

    @Test func twoPluginsOfOnePlaceOrIDAreRefused() throws {
        let one = PluginLock([try Sample.pin("a", url: "/a")]).text
        let two = PluginLock([try Sample.pin("a", url: "/a"), try Sample.pin("b", url: "/b")]).text
        #expect(one != two)
        for (old, new) in [("\"id\" : \"b\"", "\"id\" : \"a\""), ("\"url\" : \"/b\"", "\"url\" : \"/a\"")] {
            let failure = #expect(throws: Failure.self) {
                try PluginLock(reading: Array(two.replacing(old, with: new).utf8))
            }
            #expect(failure?.description.contains("two plugins have one") == true)
        }
    }

    @Test func demandsAreWhatGoesBeyondTheAgreement() {
        let agreed = Sample.declaration()
        var new = agreed
        (new.version, new.stages) = ("2.0.0", ["build", "deploy", "health"])
        #expect(new.demands(beyond: agreed).isEmpty)
        #expect(new.changes(from: agreed) == ["version 1.0.0 -> 2.0.0", "stages + health"])
        (new.kinds, new.services, new.permissions) = (["files", "more"], ["http/1", "process/1"], ["secret-plain"])
        #expect(
            new.demands(beyond: agreed) == [
                "the kind 'more'", "the host service 'http/1'", "the permission 'secret-plain'",
            ])
        new.services = []
        #expect(new.changes(from: agreed).contains("services - process/1"))
        new.id = "other"
        #expect(new.demands(beyond: agreed).first == "it is 'other', not 'files'")
    }
}
