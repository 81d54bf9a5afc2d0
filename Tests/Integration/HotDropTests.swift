import Foundation
import TestSupport
import Testing

/// Plugins that come, change and go while the daemon runs.
@Suite struct HotDropTests {
    private static let quick = ["DISPATCHER_INTERVAL": "1"]

    /// The plugin of `Examples/plugins/c`, compiled and put into place by a rename.
    private static func dropExample(into workspace: Workspace) async throws {
        let folder = workspace.path("plugins")
        try await MockPlugins.compile(MockPlugins.example, to: folder + "/.files.part")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/.files.part")
        try FileManager.default.moveItem(atPath: folder + "/.files.part", toPath: folder + "/files.so")
    }

    @Test func aSixthPluginThatIsDroppedInDeploysItsServicesWithoutARestart() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files["repos/site/index.html"] = "<p>one</p>\n"
        files["repos/site/install-files"] = "cp \"$1/index.html\" \"$2/\"\n"
        files["deployer.yaml"] = """
            services:
              alpha: {kind: scripted}
              site: {kind: files, stages: [build, deploy]}

            """
        try await Workspace.with(files, environment: Self.quick) { workspace in
            // Five families are there.
            try await Scripted.install(in: workspace)
            try await Scripted.install(.compose, .schema, .swift, .kong, in: workspace)
            let daemon = try Daemon(workspace)
            await service.answers("alpha 1")
            await daemon.says("no plugin offers the kind 'files'")
            let server = RunningProcess.all(in: workspace.folder, running: "/httpd ")
            #expect(try await workspace.states() == ["alpha deployed", "site held"])

            try await Self.dropExample(into: workspace)
            await eventually("its service is deployed") {
                workspace.text(".deployer/releases/site/index.html") == "<p>one</p>\n"
            }
            try await eventually("that is known") {
                try await workspace.states() == ["alpha deployed", "site deployed"]
            }
            // It is an ordinary kind from now on, and the other service was left alone.
            try await workspace.commit(["repos/site/index.html": "<p>two</p>\n"])
            await eventually("its next commit is deployed") {
                workspace.text(".deployer/releases/site/index.html") == "<p>two</p>\n"
            }
            #expect(RunningProcess.all(in: workspace.folder, running: "/httpd ") == server)
            #expect(try await workspace.host("list-plugins").output.components(separatedBy: " - ready").count == 7)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test func aReplacedPluginTakesEffectAtTheNextStageAndARunningOneEndsOnTheOld() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        // The build goes on for as long as it is told to.
        files[service.path("build")] = """
            echo "build begins on $PLUGIN"
            touch "$SCRATCH/begun"
            until [ -e "$SCRATCH/go" ]; do sleep 0.1; done
            echo "build ends on $PLUGIN"

            """
        files[service.path("check")] = "echo \"test runs on $PLUGIN\"\n"
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await daemon.says("build begins on 1.0.0")
            try await Scripted.install(.init(version: "2.0.0"), in: workspace)
            await daemon.says("the plugins have changed")
            let list = try await workspace.host("list-plugins")
            #expect(list.output.contains("scripted 2.0.0 - ready"), "\(list.text)")
            try workspace.write(".deployer/scratch/alpha/go", "")
            await service.answers("alpha 1")
            await daemon.says("succeeded")
            #expect(workspace.log.contains("build ends on 1.0.0"), "\(workspace.log)")
            #expect(workspace.log.contains("test runs on 2.0.0"), "\(workspace.log)")
            // One cycle: another library alone makes nothing due.
            #expect(daemon.text.components(separatedBy: " succeeded").count == 2)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    /// Where the services are named, and where the plugins recognise them.
    @Test(arguments: [true, false]) func aRemovedPluginLeavesItsServicesWithoutOneAndTheirStateUntouched(
        isNamed: Bool
    ) async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        if isNamed { files["deployer.yaml"] = "services:\n  alpha: {kind: scripted}\n" }
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await service.answers("alpha 1")
            await daemon.says("succeeded")
            let server = RunningProcess.all(in: workspace.folder, running: "/httpd ")
            let releases = workspace.names(".deployer/releases/alpha")
            let before = try await Self.entry(workspace)

            try FileManager.default.removeItem(atPath: workspace.path("plugins/scripted.so"))
            await daemon.says("the plugins have changed")
            await daemon.says("held: ")
            try await eventually("that is known") { try await workspace.states() == ["alpha held"] }
            let held = try await Self.entry(workspace)
            #expect(held["held"]?.contains("'scripted'") == true, "\(held)")
            for member in ["deployedRevision", "deployedAt"] { #expect(held[member] == before[member], "\(member)") }
            let plan = try await workspace.host("plan")
            #expect(plan.status == 0 && plan.output.contains("alpha  held: "), "\(plan.text)")
            // Neither a commit nor the lack of a plugin touches what runs.
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            await daemon.says("the checkout was brought to")
            await service.answers("alpha 1")
            #expect(workspace.names(".deployer/releases/alpha") == releases)
            #expect(RunningProcess.all(in: workspace.folder, running: "/httpd ") == server)

            // Put back, it goes on where it was.
            try await Scripted.install(in: workspace)
            await service.answers("alpha 2")
            try await eventually("that is known") { try await workspace.states() == ["alpha deployed"] }
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    /// A plugin that goes in the middle of a deployment: the service waits for it, and is deployed when it is back.
    @Test func aPluginThatGoesBetweenTwoStagesIsWaitedFor() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("build")] =
            "touch \"$SCRATCH/begun\"; until [ -e \"$SCRATCH/go\" ]; do sleep 0.1; done; echo built\n"
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await eventually("the build is under way") { workspace.exists(".deployer/scratch/alpha/begun") }
            try FileManager.default.removeItem(atPath: workspace.path("plugins/scripted.so"))
            await daemon.says("the plugins have changed")
            try workspace.write(".deployer/scratch/alpha/go", "")
            await daemon.says("== test unavailable")
            #expect(workspace.log.contains("built"), "\(workspace.log)")
            try await eventually("it is marked") { try await workspace.states() != ["alpha running"] }
            try await Scripted.install(in: workspace)
            await service.answers("alpha 1")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    private static func entry(_ workspace: Workspace) async throws -> [String: String] {
        let result = try await workspace.host("status", "--json")
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let entry = try #require((value?["services"] as? [[String: Any]])?.first, "\(result.text)")
        return entry.compactMapValues { $0 as? String }
    }
}
