import Foundation
import Git
import Model
import TestSupport
import Testing

/// `host plugin add` with a real build of a plugin in C.
@Suite struct PluginAddTests {
    static func with(
        _ files: [String: String] = ["README": "hello"], environment: [String: String] = [:],
        _ body: (Workspace) async throws -> Void
    ) async throws {
        try await Workspace.with(files, environment: environment, body)
    }

    @Test func aPluginIsBuiltProvenInstalledAndPinned() async throws {
        try await Self.with { workspace in
            let origin = try await PluginOrigin(
                workspace.folder + "/p.git", PluginOrigin.files(in: "kinds/files", try PluginOrigin.files()))
            let added = try await workspace.plugin("add", origin.path, "--path", "kinds/files", "--yes")
            #expect(added.status == 0, "\(added.text)")
            for words in [
                "files 1.0.0", "kinds       files", "process/1", "permissions none", "libc.so.6", "checks passed",
            ] {
                #expect(added.errors.contains(words), "\(words): \(added.errors)")
            }
            let tip = try #require(try await origin.repository.revision(of: "refs/heads/main"))
            #expect(try workspace.pin("commit") == tip.hex && workspace.pin("path") == "kinds/files")
            #expect(try workspace.pin("reference") == "refs/heads/main")
            #expect(workspace.names("plugins") == ["files.so"])
            #expect(try await workspace.states() == ["files": "ready"])
            #expect(workspace.names(".deployer/plugin-builds").isEmpty)
            let verified = try await workspace.plugin("verify", "--rebuild")
            #expect(verified.status == 0 && verified.output.contains("bit for bit"), "\(verified.text)")
            // What is pinned is not pinned again.
            let again = try await workspace.plugin("add", origin.path, "--path", "kinds/files", "--yes")
            #expect(again.status == 1 && again.errors.contains("host plugin update files"), "\(again.text)")
        }
    }

    /// A kind from git deploys a service like any other.
    @Test func aServiceOfItsKindIsDeployed() async throws {
        let script = "mkdir -p \"$2\" && cp greeting \"$2/greeting\"\n"
        let files = [
            "repos/site/install-files": script, "repos/site/greeting": "hello",
            "deployer.yaml": "services:\n  site: {kind: files, stages: [build, deploy]}\n",
        ]
        try await Self.with(files) { workspace in
            let origin = try await PluginOrigin(workspace.folder + "/p.git", try PluginOrigin.files())
            let before = try await workspace.once()
            #expect(before.status == 1 && before.text.contains("no plugin offers the kind 'files'"), "\(before.text)")
            #expect(try await workspace.plugin("add", origin.path, "--yes").status == 0)
            let after = try await workspace.once()
            #expect(after.status == 0, "\(after.text)")
            #expect(workspace.text(".deployer/releases/site/greeting") == "hello")
            let removed = try await workspace.plugin("remove", "files")
            #expect(
                removed.status == 0 && removed.output.contains("the service 'site' has no plugin any more"),
                "\(removed.text)")
            #expect(workspace.names("plugins").isEmpty)
            #expect(try workspace.pins().isEmpty)
            #expect(workspace.text(".deployer/releases/site/greeting") == "hello")
        }
    }

    @Test func consentIsNeverAssumedAndRefusedConsentLeavesNothing() async throws {
        try await Self.with { workspace in
            let origin = try await PluginOrigin(workspace.folder + "/p.git", try PluginOrigin.files())
            let silent = try await workspace.plugin("add", origin.path)
            #expect(silent.status == 1 && silent.errors.contains("nobody agreed to it"), "\(silent.text)")
            #expect(workspace.traces().isEmpty, "\(workspace.traces())")
            let other = try await workspace.plugin("add", origin.path, "--agree", String(repeating: "0", count: 64))
            #expect(other.status == 1 && workspace.traces().isEmpty, "\(other.text)")
            let digest = try #require(Workspace.digest(in: silent.errors))
            let agreed = try await workspace.plugin("add", origin.path, "--agree", digest)
            #expect(agreed.status == 0, "\(agreed.text)")
            #expect(try workspace.pin("digest") == digest)
            #expect(try await workspace.plugin("add", origin.path, "--agree", "abc").status == 2)
        }
    }

    @Test(arguments: [("y\n", true), ("yes\n", true), ("n\n", false), ("\n", false), ("\u{4}", false)])
    func theOperatorIsAskedAtATerminal(_ answer: String, isInstalled: Bool) async throws {
        try await Self.with { workspace in
            let origin = try await PluginOrigin(workspace.folder + "/p.git", try PluginOrigin.files())
            let terminal = try PseudoTerminal(answers: answer, after: "[y/N]")
            let status = try await terminal.run(
                workspace.program, ["plugin", "add", origin.path], in: workspace.root, workspace.environment)
            #expect(status == (isInstalled ? 0 : 1), "\(terminal.text)")
            #expect(terminal.text.contains("Install it? [y/N]"))
            #expect(workspace.traces().isEmpty != isInstalled)
        }
    }

    @Test func branchesTagsAndCommitsArePinnedToCommits() async throws {
        try await Self.with { workspace in
            let origin = try await PluginOrigin(workspace.folder + "/p.git", try PluginOrigin.files())
            let first = try #require(try await origin.repository.revision(of: "refs/heads/main"))
            try await origin.tag("v1", first)
            let second = try await origin.push(try PluginOrigin.files(version: "2.0.0"), branch: "next/two")
            for (revision, commit, reference, version) in [
                ("v1", first, "refs/tags/v1", "1.0.0"), ("next/two", second, "refs/heads/next/two", "2.0.0"),
                (String(second.hex.prefix(10)), second, nil, "2.0.0"),
            ] as [(String, Revision, String?, String)] {
                let added = try await workspace.plugin("add", "\(origin.path)@\(revision)", "--yes", "--json")
                #expect(added.status == 0, "\(added.text)")
                #expect(try workspace.pin("commit") == commit.hex && workspace.pin("reference") == reference)
                #expect(try workspace.pin("version") == version && added.output.contains("\"installed\""))
                #expect(try await workspace.plugin("remove", "files").status == 0)
            }
            let missing = try await workspace.plugin("add", "\(origin.path)@gone", "--yes")
            #expect(missing.status == 1 && missing.errors.contains("it has: main, next/two, v1"), "\(missing.text)")
        }
    }

    @Test func whatCannotBeFetchedOrBuiltSaysWhyAndLeavesNothing() async throws {
        try await Self.with { workspace in
            let good = try PluginOrigin.files()
            let broken = try #require(good["plugin.c"]).replacing(
                "static int32_t describe", with: "static int32_t desc ribe")
            func refused(_ name: String, _ files: [String: String], _ words: [String], _ arguments: String...)
                async throws
            {
                let origin = try await PluginOrigin("\(workspace.folder)/\(name).git", files)
                let result = try await workspace.host(["plugin", "add", origin.path, "--yes"] + arguments)
                #expect(result.status == 1, "\(name): \(result.text)")
                for part in words { #expect(result.errors.contains(part), "\(name): \(part): \(result.errors)") }
                #expect(workspace.traces().isEmpty, "\(name): \(workspace.traces())")
            }
            try await refused("none", ["README": "x"], ["no Package.swift, Cargo.toml or Makefile", "--path"])
            try await refused("folder", good, ["no folder 'deep'"], "--path", "deep")
            try await refused(
                "error", good.merging(["plugin.c": broken]) { $1 },
                ["plugin.c:", "error: expected", "'make' ended with 2"])
            try await refused(
                "two",
                good.merging([
                    "Makefile":
                        "all:\n\t$(CC) -shared -fPIC -I. plugin.c -o a.so\n\t$(CC) -O2 -shared -fPIC -I. plugin.c -o b.so\n"
                ]) { $1 },
                ["several plugins: a.so, b.so", "plugin.json"])
            try await refused(
                "helper", ["Makefile": "x.so: x.c\n\t$(CC) -shared -fPIC x.c -o x.so\n", "x.c": "int x;\n"],
                ["no library that exports", "x.so (without the entry)"])
            try await refused("fail", ["Makefile": "all:\n\t@echo the last words; exit 3\n"], ["the last words"])
            let gone = try await workspace.plugin("add", workspace.folder + "/gone.git", "--yes")
            #expect(gone.status == 1 && gone.errors.contains("gone.git"), "\(gone.text)")
            let secret = try await workspace.plugin("add", "https://u:canary@host/x", "--yes")
            #expect(secret.status == 1 && !secret.text.contains("canary"), "\(secret.text)")
        }
    }

    @Test func thePackageSaysWhichLibraryIsMeantAndACommittedOneIsNotTaken() async throws {
        try await Self.with { workspace in
            var files = try PluginOrigin.files()
            files["Makefile"] = """
                all:
                \tmkdir -p out
                \t$(CC) -shared -fPIC -fvisibility=hidden -I. plugin.c -o out/a.so
                \t$(CC) -O2 -shared -fPIC -fvisibility=hidden -Wl,-Bsymbolic -I. plugin.c -o out/b.so

                """
            files["plugin.json"] = #"{"library": "b.so"}"#
            let origin = try await PluginOrigin(workspace.folder + "/p.git", files)
            let added = try await workspace.plugin("add", origin.path, "--yes")
            #expect(added.status == 0 && added.errors.contains("out/b.so by make"), "\(added.text)")
            // One that came with the sources was not built from them.
            let library = Array(try Data(contentsOf: URL(filePath: workspace.path("plugins/files.so"))))
            let repository = origin.repository
            let tip = try #require(try await repository.revision(of: "refs/heads/main"))
            let tree = try await repository.edit(
                tree: nil,
                [
                    .write(path: "x.so", content: library),
                    .write(path: "Makefile", content: Array("all:\n\ttrue\n".utf8)),
                ])
            let author = Signature(Identity(name: "Mallory", email: "m@localhost"))
            _ = try await repository.commit(
                CommitDraft(tree: tree, parents: [tip], message: "x\n", author: author), to: "refs/heads/prebuilt",
                expecting: .absent)
            #expect(try await workspace.plugin("remove", "files").status == 0)
            let refused = try await workspace.plugin("add", "\(origin.path)@prebuilt", "--yes")
            #expect(
                refused.status == 1 && refused.errors.contains("one that is committed is not taken"), "\(refused.text)")
        }
    }
}
