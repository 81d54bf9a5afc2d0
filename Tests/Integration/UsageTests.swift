import Foundation
import TestSupport
import Testing

/// The mistakes of a first hour.
@Suite struct UsageTests {
    @Test func aFolderThatIsNoWorkspaceSaysHowToMakeOne() async throws {
        try await ScratchDirectory.with { folder in
            let environment = try HostProcess.environment(scratch: folder)
            let empty = folder + "/empty"
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
            for arguments in [["run"], ["run", "--once"], ["plan"], ["config"], ["run", "--workspace", empty]] {
                let result = try await HostProcess.run(arguments, in: empty, environment: environment)
                #expect(result.status == 2, "\(arguments): \(result.text)")
                #expect(result.errors.contains("clone"), "\(arguments): \(result.text)")
                #expect(result.errors.contains("init --workspace"), "\(arguments): \(result.text)")
            }
        }
    }

    @Test(arguments: [["run", "--no-such"], ["no-such"], ["run", "--interval"], ["run", "--set", "nonsense=1"]])
    func aWrongCommandLineIsTwo(_ arguments: [String]) async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            let result = try await workspace.host(arguments)
            #expect(result.status == 2, "\(result.text)")
            #expect(!result.errors.isEmpty && result.output.isEmpty, "\(result.text)")
        }
    }

    @Test func everyWrongSettingIsNamedAtOnce() async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            try workspace.write("dispatcher.env", "DISPATCHER_USE_PRS=maybe\n", mode: 0o600)
            let result = try await workspace.once(["DISPATCHER_INTERVAL": "soon", "DISPATCHER_PARALLEL": "0"])
            #expect(result.status == 2, "\(result.text)")
            for name in ["DISPATCHER_INTERVAL", "DISPATCHER_PARALLEL", "DISPATCHER_USE_PRS"] {
                #expect(result.errors.contains(name), "\(result.text)")
            }
        }
    }

    @Test func anInstalledProgramFindsItsPluginsBesideItself() async throws {
        try await Workspace.with(["README.md": "empty"], plugins: ["libSwiftBuildPlugin.so"]) { workspace in
            let result = try await workspace.host("list-plugins", "--json")
            #expect(result.status == 0, "\(result.text)")
            let list = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
            #expect(list.count == 1)
            #expect(list.first?["state"] as? String == "ready", "\(result.text)")
            #expect(list.first?["kinds"] as? [String] == ["swift"], "\(result.text)")
            #expect(list.first?["path"] as? String == workspace.folder + "/lib/plugins/libSwiftBuildPlugin.so")
        }
    }

    @Test func helpIsNoMistake() async throws {
        try await ScratchDirectory.with { folder in
            let environment = try HostProcess.environment(scratch: folder)
            let result = try await HostProcess.run(["run", "--help"], in: folder, environment: environment)
            #expect(result.status == 0 && result.output.contains("--once"), "\(result.text)")
        }
    }

    @Test func aWorkspaceWithoutServicesIsDeployedAlready() async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            #expect(workspace.names("logs").isEmpty)
        }
    }
}
