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

/// What was due stays due until it is done, whatever ends the daemon.
@Suite(.serialized) struct RecoveryTests {
    private static let quick = ["DISPATCHER_INTERVAL": "1"]

    /// A deployment that says that it has begun, and goes on when it may.
    private static func gate(in workspace: Workspace) -> String {
        let folder = workspace.path("logs")
        return ": > '\(folder)/begun'\nwhile [ ! -e '\(folder)/go' ]; do sleep 0.05; done\n"
    }

    @Test func theDependentOfADeployedServiceIsDeployedThoughTheDaemonWasStopped() async throws {
        let services = try await Scripted.services("alpha", "beta")
        let (alpha, beta) = (services[0], services[1])
        var files = alpha.files("alpha 1").merging(beta.files("beta 1")) { $1 }
        files["deployer.yaml"] = """
            services:
              alpha: {kind: scripted}
              beta: {kind: scripted, depends_on: [alpha]}

            """
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([
                alpha.path("before-deploy"): Self.gate(in: workspace), alpha.path("greeting"): "alpha 2",
            ])
            // A single cycle ends in the same orderly way as the daemon does.
            let once = try Daemon(workspace, [:], ["run", "--once"])
            await eventually("the deploy is under way") { workspace.exists("logs/begun") }
            once.signal(SIGTERM)
            await once.says("asked to end: builds and tests are ended, deploys finished first")
            try workspace.write("logs/go", "")
            #expect(await once.end() == 1, "\(once.text)")
            await alpha.answers("alpha 2")
            #expect(workspace.stages == Workspace.stages(of: "alpha"), "\(workspace.log)")

            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("asked for by the deployment of 'alpha'"), "\(plan.text)")
            let next = try await workspace.once()
            #expect(next.status == 0, "\(next.text)")
            #expect(workspace.stages == Workspace.stages(of: "beta"), "\(workspace.log)")
            let idle = try await workspace.once()
            #expect(idle.output.contains("nothing is due"), "\(idle.text)")
        }
    }

    @Test func whatAKillLeftLiveIsReplacedWhenItsCommitIsTakenBack() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("well 1")
        files["deployer.yaml"] = """
            services:
              alpha:
                kind: scripted
                health: {http: "http://127.0.0.1:\(service.port)/health", interval: 500ms, attempts: 100}

            """
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "ill 2"])
            let daemon = try Daemon(workspace)
            await daemon.says("health")
            await service.answers("ill 2")
            daemon.signal(SIGKILL)
            _ = await daemon.end()

            try await workspace.commit([service.path("greeting"): "well 1"])
            let next = try await workspace.once()
            #expect(next.status == 0, "\(next.text)")
            #expect(workspace.stages == Workspace.stages(of: "alpha"), "\(workspace.log)")
            await service.answers("well 1")
        }
    }

    @Test func aBuildGoesOnWhileAForcePushIsNotFollowed() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        // Longer than several looks at origin.
        files[service.path("build")] = "sleep 4\n"
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let first = try #require(try await workspace.tip())
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            let daemon = try Daemon(workspace)
            await eventually("the build is under way") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 4").isEmpty
            }
            try await workspace.origin.update("refs/heads/main", to: first, expecting: .anything, reason: "rewrite")
            try await workspace.commit([service.path("greeting"): "alpha X"])
            await daemon.says("was force-pushed")
            await service.answers("alpha 2")
            await daemon.says("succeeded")
            #expect(!daemon.text.contains("a newer commit is there"), "\(daemon.text)")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test func aServiceThatIsConfiguredNoLongerIsReportedAndCanBeForgotten() async throws {
        let services = try await Scripted.services("alpha", "beta")
        let (alpha, beta) = (services[0], services[1])
        let files = alpha.files("alpha 1").merging(beta.files("beta 1")) { $1 }
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            // Its last attempt failed, and then it is taken away.
            try await workspace.commit([beta.path("source.txt"): Scripted.brokenSource])
            #expect(try await workspace.once().status == 1)
            try await workspace.commit(beta.files("").mapValues { _ in nil })
            let gone = try await workspace.once()
            #expect(gone.status == 0 && gone.output.contains("no longer configured"), "\(gone.text)")
            await beta.answers("beta 1")
            let status = try await workspace.host("status", "--json")
            let compact = status.output.filter { $0 != " " }
            #expect(compact.contains("\"removed\"") && compact.contains("\"healthy\":true"), "\(status.text)")

            let configured = try await workspace.host("forget", "alpha")
            #expect(configured.status == 2 && configured.errors.contains("is configured"), "\(configured.text)")
            #expect(try await workspace.host("forget", "gamma").status == 2)
            // Beside a daemon, which does it.
            let daemon = try Daemon(workspace)
            await daemon.says("no longer configured")
            let asked = try await workspace.host("forget", "beta")
            #expect(asked.status == 0 && asked.output.contains("will be stopped"), "\(asked.text)")
            await daemon.says("stopped and forgotten")
            #expect(await Web.answer(beta.port) == nil)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(!(try await workspace.host("status").output.contains("beta")))
            await alpha.answers("alpha 1")

            // And without one.
            try await workspace.commit(alpha.files("").mapValues { _ in nil })
            _ = try await workspace.once()
            let alone = try await workspace.host("forget", "alpha")
            #expect(alone.status == 0 && alone.output.contains("'alpha' is stopped and forgotten"), "\(alone.text)")
            #expect(await Web.answer(alpha.port) == nil)
        }
    }

    @Test func whatTheDeployerCannotStopIsForgottenAndSaidToRunOn() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        // Nothing is started: as with containers, what was deployed is the plugin's alone to know.
        files[service.path("run")] = nil
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit(files.mapValues { _ in nil })
            let gone = try await workspace.once()
            #expect(gone.output.contains("says what it cannot stop"), "\(gone.text)")
            let forgotten = try await workspace.host("forget", "alpha")
            #expect(forgotten.status == 0, "\(forgotten.text)")
            #expect(
                forgotten.output.contains("forgotten, but not stopped: the plugin of kind 'scripted'"),
                "\(forgotten.text)")
            #expect(!forgotten.output.contains("stopped and forgotten"), "\(forgotten.text)")
        }
    }

    @Test func aPluginThatCrashedWhileItLookedIsAskedAgain() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let crash = workspace.folder + "/crash"
            try Data().write(to: URL(filePath: crash))
            try await workspace.commit([service.path("detect-crash"): crash])
            let first = try await workspace.once()
            #expect(first.status == 1 && first.output.contains("no plugin recognises"), "\(first.text)")
            try FileManager.default.removeItem(atPath: crash)
            let second = try await workspace.once()
            #expect(second.status == 0, "\(second.text)")
            await service.answers("alpha 1")
        }
    }

    @Test func aRemoteThatDoesNotAnswerDoesNotHoldUpTheEnd() async throws {
        let service = try await Scripted.services("alpha")[0]
        let patient = ["DISPATCHER_GIT_DEADLINE": "10m"]
        try await Workspace.with(service.files("alpha 1"), environment: patient) { workspace in
            try await Scripted.install(in: workspace)
            let server = try FaultyServer(.silence)
            defer { server.stop() }
            try await workspace.setOrigin(server.url("origin.git"))
            let daemon = try Daemon(workspace)
            await daemon.says("watching")
            try await Task.sleep(for: .seconds(1))
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    /// Two files that name each other's branch, and settings in commits that are not followed.
    @Test func settingsThatAreNotInForceDoNotMakeItReload() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files["deployer.yaml"] = "git:\n  branch: release\n"
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let main = try #require(try await workspace.tip())
            // The branch whose file says nothing of branches.
            let release = try await workspace.commit(["deployer.yaml": "parallel: 3\n"])
            try await workspace.origin.update("refs/heads/release", to: release, expecting: .absent, reason: "release")
            try await workspace.origin.update("refs/heads/main", to: main, expecting: .anything, reason: "main")
            let socket = try NotifySocket(workspace.folder + "/notify")
            defer { socket.stop() }
            let daemon = try Daemon(workspace, ["NOTIFY_SOCKET": socket.path])
            await service.answers("alpha 1")
            await daemon.says("succeeded")
            try await Task.sleep(for: .seconds(4))
            let ready = socket.lines.count { $0 == "READY=1" }
            #expect(ready <= 2, "\(socket.lines)")

            // The settings of a force push that is not followed are not read either.
            let other = try await workspace.commit(["deployer.yaml": "parallel: 7\n"])
            try await workspace.origin.update("refs/heads/release", to: other, expecting: .anything, reason: "forced")
            await daemon.says("was force-pushed")
            daemon.signal(SIGHUP)
            await eventually("it is ready again") { socket.lines.count { $0 == "READY=1" } > ready }
            try await Task.sleep(for: .seconds(4))
            #expect(socket.lines.count { $0 == "READY=1" } == ready + 1, "\(socket.lines)")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }
}
