import Foundation
import Samples
import TestSupport
import Testing

/// `host new-plugin`, and the workspaces that get what it wrote.
@Suite(.serialized) struct NewPluginTests {
    @Test(arguments: [
        (["Bad", "--language", "c"], "'Bad' is no name"),
        (["a/b", "--language", "c"], "'a/b' is no name"),
        (["x-", "--language", "c"], "'x-' is no name"),
        (["swift-build", "--language", "rust"], "'swift-build' is taken"),
        (["mine", "--language", "cobol"], "swift, c, rust"),
        (["mine", "--language", "c", "--kind", "My Kind"], "'My Kind' is no kind"),
        (["mine", "--language", "c", "--kind", "compose"], "'compose' is taken"),
        (["mine", "--language", "c", "--folder", "there"], "'there' is there already"),
        (["mine", "--language", "c", "--folder", "file"], "'file' is there already"),
        (["mine", "--language", "c", "--folder", "none/mine"], "there is no folder"),
        (["mine"], "--language"),
        (["--language", "c"], "<name>"),
    ])
    func badInputIsOneErrorAndLeavesNothing(_ arguments: [String], _ words: String) async throws {
        try await ScratchDirectory.with { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/there", withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: "\(folder)/file"))
            let result = try await HostProcess.run(["new-plugin"] + arguments, in: folder, environment: [:])
            #expect(result.status == 2 && result.output.isEmpty, "\(result.text)")
            #expect(result.errors.contains(words), "\(result.errors)")
            #expect(result.errors.components(separatedBy: "host: ").count == 2, "\(result.errors)")
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == ["file", "there"])
        }
    }

    @Test func aFolderThatCannotBeWrittenLeavesNothing() async throws {
        try await ScratchDirectory.with { folder in
            // No file may be longer than 4 KiB, for root neither: the first one that is ends it in the middle.
            let result = try await HostProcess.run(
                [
                    "-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" new-plugin mine --language swift",
                    HostProcess.binaries + "/host",
                ],
                in: folder, environment: [:], program: "/bin/sh")
            #expect(result.status == 1 && result.errors.contains("cannot write 'mine'"), "\(result.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    /// There is one text of each file, and it is the one in Examples and in the rooms.
    @Test func whatIsWrittenIsWhatStandsInTheExamples() async throws {
        let check = try await HostProcess.run(
            ["Scripts/embed-templates", "--check"], in: HostProcess.root.path,
            environment: ProcessInfo.processInfo.environment, program: "/bin/bash")
        #expect(check.status == 0, "\(check.text)")
        for language in PluginTemplate.Language.allCases {
            let example = try PluginTemplate(name: "site-example", language: language.rawValue)
            let folder = HostProcess.root.appending(path: "Examples/plugins/\(language.rawValue)")
            #expect(example.files.count > 8)
            for (path, content) in example.files {
                #expect(content == Array(try Data(contentsOf: folder.appending(path: path))), "\(language) \(path)")
            }
            let own = try PluginTemplate(name: "my-static-site", language: language.rawValue, kind: "site-example")
            for (path, content) in own.files where !path.hasPrefix("PluginKit/") {
                let text = String(decoding: content, as: UTF8.self)
                #expect(!text.contains("site_example"), "\(path)")
                #expect(!text.replacing("my-static-site", with: "").contains("static-site"), "\(path)")
            }
        }
    }

    /// What the harness asks of strangers' plugins, with the example that comes along.
    @Test(.timeLimit(.minutes(5)), arguments: BuiltTemplate.available)
    func itPassesTheHarness(_ language: PluginTemplate.Language) async throws {
        let template = try await BuiltTemplate.of(language)
        let result = try await HostProcess.run(
            ["test-plugin", template.library, "--source", "\(template.folder)/example"], in: template.folder,
            environment: ProcessInfo.processInfo.environment)
        #expect(result.status == 0, "\(result.text)")
        for check in ["deploy.twice", "deploy.killed", "rollback.state", "contract.invalid-config", "load.libraries"] {
            #expect(result.output.contains("passed   \(check)"), "\(result.text)")
        }
    }

    /// Dropped in, recognised, deployed, changed, broken, rolled back: by the daemon, without a configuration at first.
    @Test(.timeLimit(.minutes(10)), arguments: BuiltTemplate.available)
    func aWorkspaceDeploysASiteWithIt(_ language: PluginTemplate.Language) async throws {
        let template = try await BuiltTemplate.of(language)
        let files = ["repos/pages/index.html": "good one", "repos/pages/css/a.css": "a"]
        try await Workspace.with(files) { workspace in
            let nobody = try await workspace.once()
            #expect(nobody.status == 1, "\(nobody.text)")
            try install(template, in: workspace)
            let plugins = try await workspace.host("list-plugins")
            #expect(plugins.output.contains("my-\(language.rawValue)-pages") && plugins.output.contains("ready"))

            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            let live = ".deployer/releases/pages/current/index.html"
            #expect(workspace.text(live) == "good one")
            try await workspace.commit(["repos/pages/index.html": "good two"])
            #expect(try await workspace.once().status == 0)
            #expect(workspace.text(live) == "good two")

            // A site that is not well is taken back to the one before.
            try await workspace.commit(["deployer.yaml": configuration(template.kind)])
            let named = try await workspace.once()
            #expect(named.status == 0, "\(named.text)")
            try await workspace.commit(["repos/pages/index.html": "bad three"])
            let sick = try await workspace.once()
            #expect(sick.status == 1, "\(sick.text)")
            #expect(workspace.text(live) == "good two", "\(sick.text)")
            try await workspace.commit(["repos/pages/index.html": nil])
            let broken = try await workspace.once()
            #expect(broken.status == 1 && broken.output.contains("index.html"), "\(broken.text)")
            #expect(workspace.text(live) == "good two")
        }
    }

    private func configuration(_ kind: String) -> String {
        """
        services:
          pages:
            path: repos/pages
            kind: \(kind)
            options: {keep_releases: 2}
            health:
              command: [grep, -q, good, current/index.html]
              interval: 100ms
              attempts: 2

        """
    }

    private func install(_ template: BuiltTemplate, in workspace: Workspace) throws {
        let folder = workspace.path("plugins")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        try FileManager.default.copyItem(atPath: template.library, toPath: "\(folder)/.part")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/.part")
        try FileManager.default.moveItem(atPath: "\(folder)/.part", toPath: "\(folder)/pages.so")
    }
}
