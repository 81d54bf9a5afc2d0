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
            // The program's name before it says that something is wrong.
            #expect(result.errors.hasPrefix("host: ") && !result.errors.contains("host: Error"), "\(result.text)")
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

    @Test func oneWrongSettingIsOneSentence() async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            let result = try await workspace.once(["DISPATCHER_INTERVAL": "soon"])
            #expect(result.status == 2, "\(result.text)")
            #expect(result.errors.hasPrefix("host: environment: DISPATCHER_INTERVAL must be"), "\(result.text)")
        }
    }

    @Test func aPluginFromAPathThatIsNotThereSaysSo() async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            let result = try await workspace.host("plugin", "add", "/nowhere/at/all", "--yes")
            #expect(result.status == 1 && result.errors.contains("there is no such path"), "\(result.text)")
            #expect(!result.errors.contains("protocol"), "\(result.text)")
        }
    }

    @Test func aSampleIsMadeOnlyWhereThereIsNothing() async throws {
        try await ScratchDirectory.with { folder in
            let environment = try HostProcess.environment(scratch: folder)
            let real = folder + "/real"
            try FileManager.default.createDirectory(atPath: real + "/repos", withIntermediateDirectories: true)
            let refused = try await HostProcess.run(["demo", real], in: folder, environment: environment)
            #expect(refused.status == 2 && refused.errors.contains("holds 'repos'"), "\(refused.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: real) == ["repos"])
            let mistyped = try await HostProcess.run(["demo", "brek"], in: folder, environment: environment)
            #expect(mistyped.status == 2 && mistyped.errors.contains("demo break"), "\(mistyped.text)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/brek"))
            for words in ["made ", "is there already"] {
                let made = try await HostProcess.run(["demo", "sample"], in: folder, environment: environment)
                #expect(made.status == 0 && made.output.contains(words), "\(made.text)")
            }
        }
    }

    @Test func filesAreNamedAsInTheRepositoryAndLogsSayWhereElseToLook() async throws {
        let files = [
            "repos/web/README": "no package", "deployer.yaml": "services:\n  web: {kind: swift}\n",
        ]
        try await Workspace.with(files, plugins: ["libSwiftBuildPlugin.so"]) { workspace in
            let result = try await workspace.once()
            #expect(result.status == 1 && result.output.contains("repos/web"), "\(result.text)")
            #expect(!result.output.contains(".deployer/worktrees"), "\(result.text)")
            let logs = try await workspace.host("logs", "web")
            #expect(logs.status == 1 && logs.errors.contains("the plugin of kind 'swift' runs it"), "\(logs.text)")
        }
    }

    @Test func anInstalledProgramFindsItsPluginsBesideItself() async throws {
        try await Workspace.with(["README.md": "empty"], plugins: ["libSwiftBuildPlugin.so"]) { workspace in
            let result = try await workspace.host("list-plugins", "--json")
            #expect(result.status == 0, "\(result.text)")
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            #expect(document["schema"] as? Int == 1)
            let list = try #require(document["plugins"] as? [[String: Any]])
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

    @Test func aFolderThatCannotBeMadeIsNoMistakeOfUsage() async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            try workspace.write(".deployer", "in the way")
            let result = try await workspace.once()
            #expect(result.status == 1 && result.errors.contains(".deployer"), "\(result.text)")
        }
    }

    /// Read through a pipe, each line comes as it is written, and the command ends with whoever reads it.
    @Test func followingALogThroughAPipeComesLineByLineAndEnds() async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            let log = workspace.path("logs/runtime-api.log")
            try workspace.write("logs/runtime-api.log", "2026-11-23T12:54:00.125Z one\n")
            let output = workspace.folder + "/followed.txt"
            let process = try HostProcess.make(
                ["-c", "'\(workspace.program)' logs -f api | { read -r a; echo \"$a\"; read -r b; echo \"$b\"; }"],
                in: workspace.root,
                environment: workspace.environment, output: output, errors: output, program: "/bin/sh")
            try process.run()
            try await eventually("the first line is there") {
                try String(contentsOfFile: output, encoding: .utf8).contains("one")
            }
            let handle = try #require(FileHandle(forWritingAtPath: log))
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("two\n".utf8))
            let ended = try await eventually("it ends") {
                try handle.write(contentsOf: Data("more\n".utf8))
                return !process.isRunning
            }
            if !ended { for left in RunningProcess.all(in: workspace.folder) { left.signal(SIGKILL) } }
            #expect(try String(contentsOfFile: output, encoding: .utf8) == "2026-11-23T12:54:00.125Z one\ntwo\n")
        }
    }

    @Test func whatIsNotThereIsAMistakeOfUsage() async throws {
        try await Workspace.with([
            "README.md": "x", "deployer.yaml": "services: {orders: {kind: nothing-offers-this, path: .}}\n",
        ]) { workspace in
            _ = try await workspace.once()
            let cycle = try await workspace.host("show", "4711")
            #expect(cycle.status == 2 && cycle.errors.contains("there is no cycle 4711"), "\(cycle.text)")
            let log = try await workspace.host("logs", "order")
            #expect(log.status == 2 && log.errors.contains("there is no service 'order' here"), "\(log.text)")
            #expect(log.errors.contains("did you mean 'orders'?"), "\(log.text)")
            let known = try await workspace.host("logs", "orders")
            #expect(known.status == 1 && known.errors.contains("keeps no process of"), "\(known.text)")
        }
    }

    @Test func linesOfALogAreObjects() async throws {
        try await Workspace.with(["README.md": "empty"]) { workspace in
            func lines(_ arguments: String...) async throws -> [[String: Any]] {
                let result = try await workspace.host(["logs", "--json"] + arguments)
                #expect(result.status == 0, "\(result.text)")
                return try result.output.split(separator: "\n").map {
                    try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
                }
            }
            try workspace.write("logs/runtime-api.log", "2026-11-23T12:54:00.125Z one\n")
            try workspace.write("logs/build-20261123-235959.log", "00:00:01.500 api/build | error: no\n")
            try FileManager.default.createSymbolicLink(
                atPath: workspace.path("logs/latest.log"), withDestinationPath: "build-20261123-235959.log")
            let runtime = try #require(try await lines("api").first)
            #expect(runtime["time"] as? String == "2026-11-23T12:54:00.125Z" && runtime["message"] as? String == "one")
            let build = try #require(try await lines().first)
            #expect(build["schema"] as? Int == 1 && build["time"] as? String == "2026-11-24T00:00:01.500Z", "\(build)")
            #expect(build["service"] as? String == "api" && build["stage"] as? String == "build", "\(build)")
            #expect(build["level"] as? String == "error" && build["message"] as? String == "error: no", "\(build)")
            let plan = try await workspace.host("plan", "--json")
            #expect(plan.output.contains("\"schema\" : 1"), "\(plan.text)")
        }
    }
}
