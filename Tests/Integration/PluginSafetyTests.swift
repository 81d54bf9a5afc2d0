import Foundation
import Git
import Model
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a stranger's sources, a commit or a kill may not do.
@Suite struct PluginSafetyTests {
    private static func with(
        _ files: [String: String] = ["README": "hello"], environment: [String: String] = [:],
        _ body: (Workspace) async throws -> Void
    ) async throws {
        try await Workspace.with(files, environment: environment, body)
    }

    static func origin(_ workspace: Workspace, _ files: [String: String]? = nil) async throws -> PluginOrigin {
        try await PluginOrigin(
            "\(workspace.folder)/p-\(UUID().uuidString.prefix(8)).git", try files ?? PluginOrigin.files())
    }

    @Test func aBuildSeesNoSecretAndLeavesNoProcess() async throws {
        let marker = "4\(Int.random(in: 1000...9999)).5"
        let makefile = """
            plugin.so: plugin.c
            \t@if env | grep canary; then echo the secret is here; exit 1; fi
            \t@(setsid sleep \(marker) &) ; sleep \(marker) &
            \t$(CC) -shared -fPIC -fvisibility=hidden -Wl,-Bsymbolic -I . plugin.c -o plugin.so

            """
        let secrets = ["GITHUB_TOKEN": "canary", "OPENAI_API_KEY": "canary", "SSH_AUTH_SOCK": "/canary"]
        try await Self.with(environment: secrets) { workspace in
            let origin = try await Self.origin(workspace, try PluginOrigin.files(makefile: makefile))
            let added = try await workspace.plugin("add", origin.path, "--yes")
            #expect(added.status == 0, "\(added.text)")
            let left = try PeerCommand.run(["sh", "-c", "pgrep -f '[s]leep \(marker)' || true"]).output
            #expect(left.isEmpty, "left: \(String(decoding: left, as: UTF8.self))")
        }
    }

    static let sandbox: String? = {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/bwrap" }
        guard let program = path.first(where: { access($0, X_OK) == 0 }) else { return "bubblewrap is not installed" }
        let works = (try? PeerCommand.run([program, "--ro-bind", "/", "/", "--unshare-net", "/bin/true"])) != nil
        return works ? nil : "bubblewrap cannot make namespaces here"
    }()

    /// Needs bubblewrap.
    @Test(.enabled(if: sandbox == nil, "\(sandbox ?? "")")) func aShutInBuildSeesNeitherWorkspaceNorHomeNorNetwork()
        async throws
    {
        let makefile = """
            plugin.so: plugin.c
            \t@! test -e "$(WORKSPACE)/README" || { echo it sees the workspace; exit 1; }
            \t@! test -e "$(REALHOME)/private" || { echo it sees the home; exit 1; }
            \t@! touch /usr/deployer-was-here 2>/dev/null || { echo it writes to the system; exit 1; }
            \t@test "$$(grep -c : /proc/net/dev)" = 1 || { echo it has a network; exit 1; }
            \t$(CC) -shared -fPIC -fvisibility=hidden -Wl,-Bsymbolic -I . plugin.c -o plugin.so

            """
        try await Self.with { workspace in
            try Data("x".utf8).write(to: URL(filePath: workspace.folder + "/home/private"))
            let home = try #require(workspace.environment["HOME"])
            let text = makefile.replacing("$(WORKSPACE)", with: workspace.root).replacing("$(REALHOME)", with: home)
            let origin = try await Self.origin(workspace, try PluginOrigin.files(makefile: text))
            let added = try await workspace.plugin("add", origin.path, "--yes", "--require-sandbox")
            #expect(added.status == 0 && added.errors.contains("bubblewrap, without network"), "\(added.text)")
        }
    }

    @Test func withoutBubblewrapASandboxThatIsRequiredIsMissed() async throws {
        try await Self.with { workspace in
            let path = try #require(workspace.environment["PATH"])
            try? FileManager.default.removeItem(atPath: path + "/bwrap")
            let origin = try await Self.origin(workspace)
            let refused = try await workspace.plugin("add", origin.path, "--yes", "--require-sandbox")
            #expect(refused.status == 1 && refused.errors.contains("bubblewrap is not installed"), "\(refused.text)")
            let added = try await workspace.plugin("add", origin.path, "--yes")
            #expect(added.status == 0 && added.errors.contains("it ran with your rights"), "\(added.text)")
        }
    }

    @Test func aBuildThatHangsIsEndedAtItsDeadline() async throws {
        try await Self.with { workspace in
            let marker = "5\(Int.random(in: 1000...9999)).25"
            let origin = try await Self.origin(workspace, ["Makefile": "all:\n\tsleep \(marker)\n"])
            let result = try await workspace.plugin("add", origin.path, "--yes", "--build-timeout", "2s")
            #expect(result.status == 1 && result.errors.contains("was not done after 2"), "\(result.text)")
            #expect(workspace.traces().isEmpty)
            #expect(try PeerCommand.run(["sh", "-c", "pgrep -f '[s]leep \(marker)' || true"]).output.isEmpty)
        }
    }

    @Test func aKillInTheMiddleOfABuildLeavesNothingThatTheNextCommandMinds() async throws {
        try await Self.with { workspace in
            let marker = "6\(Int.random(in: 1000...9999)).125"
            let slow = try await Self.origin(workspace, ["Makefile": "all:\n\tsleep \(marker)\n"])
            let daemon = try Daemon(workspace, [:], ["plugin", "add", slow.path, "--yes"])
            await eventually("the build runs") { !RunningProcess.all(in: workspace.folder, running: "make").isEmpty }
            daemon.signal(SIGKILL)
            _ = await daemon.end()
            try await eventually("the build is ended") {
                try PeerCommand.run(["sh", "-c", "pgrep -f '[s]leep \(marker)' || true"]).output.isEmpty
            }
            #expect(workspace.names("plugins").isEmpty && workspace.text("plugins.lock") == nil)
            let origin = try await Self.origin(workspace)
            #expect(try await workspace.plugin("add", origin.path, "--yes").status == 0)
            #expect(try await workspace.plugin("verify").status == 0)
        }
    }

    @Test func aLibraryThatCrashesOrHangsIsNotInstalledNorRemembered() async throws {
        try await Self.with { workspace in
            let folder = HostProcess.root.path + "/Tests/MockPlugins"
            var files: [String: String] = ["plugin_api.h": try PluginOrigin.header]
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("mock") {
                files[name] = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            }
            for behaviour in ["segv", "exit0"] {
                files["Makefile"] = """
                    mock.so:
                    \t$(CC) -std=gnu11 -w -shared -fPIC -fvisibility=hidden -DMOCK_DESCRIBE='"\(behaviour)"' -I. mock.c -o mock.so -lpthread

                    """
                let origin = try await Self.origin(workspace, files)
                let result = try await workspace.plugin("add", origin.path, "--yes")
                #expect(
                    result.status == 1 && result.errors.contains("is no plugin that this host can use"),
                    "\(result.text)")
                #expect(workspace.traces().isEmpty)
                #expect(try await workspace.states().isEmpty)
            }
        }
    }

    /// It loads and describes itself, so that the registry has nothing against it; the harness has.
    @Test func aPluginThatFailsTheHarnessIsNotInstalled() async throws {
        try await Self.with { workspace in
            var files = try PluginOrigin.files()
            files["plugin.c"] = files["plugin.c"]?
                .replacing("static int32_t describe(", with: "static int calls;\nstatic int32_t describe(")
                .replacing(
                    "    return write(context,",
                    with: "    if (calls++) write(context, text(\" \"));\n    return write(context,")
            let origin = try await Self.origin(workspace, files)
            let result = try await workspace.plugin("add", origin.path, "--yes")
            #expect(result.status == 1 && result.errors.contains("describe.same: the second answer"), "\(result.text)")
            #expect(result.errors.contains("and is not installed"), "\(result.text)")
            #expect(workspace.traces().isEmpty)
        }
    }

    @Test func anIDOrAKindThatIsServedAlreadyIsRefused() async throws {
        try await Self.with { workspace in
            try await Scripted.install(in: workspace)
            for (files, words) in [
                (try PluginOrigin.files(kind: "scripted"), "the kind 'scripted' is already served by"),
                (try PluginOrigin.files(id: "scripted", kind: "new"), "the id 'scripted' is already that of"),
            ] {
                let result = try await workspace.plugin("add", try await Self.origin(workspace, files).path, "--yes")
                #expect(result.status == 1 && result.errors.contains(words), "\(result.text)")
                #expect(workspace.names("plugins") == ["scripted.so"])
            }
            try workspace.write("plugins/files.so", "somebody's", mode: 0o755)
            let clash = try await workspace.plugin("add", try await Self.origin(workspace).path, "--yes")
            #expect(clash.status == 1 && clash.errors.contains("did not come from"), "\(clash.text)")
            #expect(workspace.text("plugins/files.so") == "somebody's")
        }
    }

    @Test func aLibraryThatIsNotTheAgreedOneIsNotLoaded() async throws {
        try await Self.with { workspace in
            let origin = try await Self.origin(workspace)
            #expect(try await workspace.plugin("add", origin.path, "--yes").status == 0)
            let other = workspace.folder + "/other.so"
            try await MockPlugins.compile(MockPlugins.example, to: other, ["-O3", "-g"])
            try Data(contentsOf: URL(filePath: other)).write(to: URL(filePath: workspace.path("plugins/files.so")))
            let listed = try await workspace.host("list-plugins")
            #expect(
                listed.output.contains("refused") && listed.output.contains("it is not the library"), "\(listed.text)")
            let verified = try await workspace.plugin("verify")
            #expect(verified.status == 1 && verified.output.contains("someone replaced it"), "\(verified.text)")
            let synced = try await workspace.plugin("sync")
            #expect(synced.status == 0, "\(synced.text)")
            #expect(try await workspace.states() == ["files": "ready"])
        }
    }

    @Test func anAllowListHoldsTogetherWithWhatWasAgreedTo() async throws {
        let list = ["DISPATCHER_PLUGIN_DIGESTS": String(repeating: "0", count: 64)]
        try await Self.with(environment: list) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.plugin("add", try await Self.origin(workspace).path, "--yes").status == 0)
            #expect(try await workspace.states() == ["files": "ready", "scripted": "refused"])
        }
    }

    /// What a machine agreed to cannot be told to it by a clone.
    @Test func anAgreementThatCameByGitIsRefused() async throws {
        try await Self.with([".deployer/plugin-store.json": "{}"]) { workspace in
            for command in [["plugin", "sync"], ["list-plugins"], ["run", "--once"]] {
                let result = try await workspace.host(command)
                #expect(result.status == 2 && result.errors.contains("must not come by git"), "\(result.text)")
            }
        }
    }

    @Test func theTokenGoesToNoServerThatAPluginsAddressNames() async throws {
        try await Self.with(environment: ["GITHUB_TOKEN": "canary-token"]) { workspace in
            _ = try await PluginOrigin(workspace.folder + "/served.git", try PluginOrigin.files())
            let server = try GitHTTPServer(
                root: workspace.folder, options: .init(login: (user: "x-access-token", password: "canary-token")))
            defer { server.stop() }
            let url = server.url("served.git")
            let refused = try await workspace.plugin("add", url, "--yes")
            #expect(refused.status == 1 && !refused.text.contains("canary"), "\(refused.text)")
            #expect(!server.log.isEmpty && server.log.allSatisfy { $0.authorization == nil })
            let place = url.split(separator: "/").prefix(2).joined(separator: "//")
            let added = try await workspace.plugin(
                "add", "\(url)@main", "--yes", with: ["DISPATCHER_TOKEN_HOSTS": place])
            #expect(added.status == 0, "\(added.text)")
            #expect(try workspace.pin("url") == url)
            for file in ["plugins.lock", ".deployer/plugin-store.json"] {
                #expect(workspace.text(file)?.contains("canary") == false)
            }
        }
    }
}
