import Foundation
import Model
import TestSupport
import Testing

@testable import Settings

@Suite struct InitFilesTests {
    static func workspace(_ body: (WorkspaceLayout) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/.git/info", withIntermediateDirectories: true)
            try await body(WorkspaceLayout(root: folder))
        }
    }

    static func permissions(_ path: String) -> UInt32? { SmallFile.attributes(path)?.permissions }

    @Test func theFilesAreWrittenAndChangeNothing() async throws {
        try await Self.workspace { layout in
            let results = try InitFiles().write(layout)
            #expect(results.map(\.file) == [".git/info/exclude", "deployer.yaml", "dispatcher.env"])
            #expect(results.map(\.action) == [.written, .written, .written])
            #expect(Self.permissions(layout.environmentFile) == 0o600)
            let yaml = try String(contentsOfFile: layout.configurationFile, encoding: .utf8)
            #expect(try DeployerFileTests.parse(yaml) == .none)
            let settings = try SettingsResolver(environmentFile: EnvironmentFile.load(layout.environmentFile)).resolve()
            for id in Setting.ID.allCases { #expect(settings[id].origin == .fallback) }
            let exclude = try String(contentsOfFile: "\(layout.root)/.git/info/exclude", encoding: .utf8)
            for entry in ["/dispatcher.env", "/.deployer/", "/logs/", "/feedback/", "/plugins/"] {
                #expect(exclude.contains("\n\(entry)\n"))
            }
        }
    }

    @Test func whatExistsIsNeverTouched() async throws {
        try await Self.workspace { layout in
            try "mine".write(toFile: layout.configurationFile, atomically: true, encoding: .utf8)
            try "/logs/\ndispatcher.env".write(
                toFile: "\(layout.root)/.git/info/exclude", atomically: true, encoding: .utf8)
            // A dangling link is something too.
            symlink("/nowhere/else", layout.environmentFile)
            let results = try InitFiles().write(layout)
            #expect(results.map(\.action) == [.extended, .kept, .kept])
            #expect(try String(contentsOfFile: layout.configurationFile, encoding: .utf8) == "mine")
            #expect(
                try String(contentsOfFile: "\(layout.root)/.git/info/exclude", encoding: .utf8)
                    == "/logs/\ndispatcher.env\n# codex-deployer: machine-local settings, state, logs, the inbox and plugins\n/.deployer/\n/feedback/\n/plugins/\n"
            )
            #expect(try InitFiles().write(layout).map(\.action) == [.kept, .kept, .kept])
        }
    }

    @Test func withoutAnExcludeFileTheIgnoreFileIsUsed() async throws {
        try await ScratchDirectory.with { folder in
            let results = try InitFiles().write(WorkspaceLayout(root: folder))
            #expect(results.first?.file == ".gitignore")
        }
    }

    /// Every example line, its `#` taken away, is right, and says what holds anyway.
    @Test func theCommentedExamplesAreRight() throws {
        let lines = InitFiles().deployerYAML.split(separator: "\n", omittingEmptySubsequences: false)
        let uncommented = lines.map { line in
            line.hasPrefix("#") && !line.hasPrefix("##") ? String(line.dropFirst()) : String(line)
        }.joined(separator: "\n")
        let configuration = try DeployerFileTests.parse(uncommented)
        #expect(configuration.services(.defaults).map(\.name.text) == ["example"])
        let settings = try SettingsResolver(configuration: configuration).resolve()
        for setting in SettingTable.all where setting.key != nil {
            // Where nothing holds there is an example.
            let said = setting.fallback ?? (setting.example == nil ? nil : settings[setting.id].value)
            #expect(settings[setting.id].value == said, "\(setting.id)")
            #expect(settings[setting.id].origin != .fallback, "\(setting.id)")
        }
    }

    @Test func theCommentedVariablesAreRight() throws {
        let lines = InitFiles.dispatcherEnv.split(separator: "\n").filter { $0.hasPrefix("#") && !$0.hasPrefix("# ") }
        #expect(lines.count == SettingTable.all.count)
        let text = lines.map { $0.dropFirst() }.joined(separator: "\n")
        let settings = try SettingsResolver(environmentFile: EnvironmentFile.parse(Array(text.utf8))).resolve()
        for setting in SettingTable.all { #expect(settings[setting.id].value == setting.fallback, "\(setting.id)") }
    }

    /// Named services are deployed and no others: a file that named some would take the rest out.
    @Test func noServiceIsNamed() throws {
        #expect(InitFiles().deployerYAML.split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
    }
}
