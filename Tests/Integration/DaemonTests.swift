import Foundation
import Git
import Model
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `host run` as a process that stays.
@Suite(.serialized) struct DaemonTests {
    private static let quick = ["DISPATCHER_INTERVAL": "1", "DISPATCHER_USE_PRS": "0"]

    @Test func aDaemonFollowsOriginAndTheInboxAndItsServicesOutliveIt() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let socket = try NotifySocket(workspace.folder + "/notify")
            defer { socket.stop() }
            let daemon = try Daemon(workspace, ["NOTIFY_SOCKET": socket.path])
            await eventually("it is ready") { socket.lines.contains("READY=1") }
            await service.answers("alpha 1")

            try await workspace.commit([service.path("greeting"): "alpha 2"])
            await service.answers("alpha 2")

            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 3")
            try workspace.drop("third", ["id": "third", "description": "Count on", "patch": patch])
            await service.answers("alpha 3")
            #expect(try await workspace.content(service.path("greeting")) == "alpha 3")
            await eventually("the feedback is filed") { workspace.exists("feedback/applied/third.verdict.json") }
            await eventually("the cycle ends") { daemon.text.components(separatedBy: " succeeded").count > 3 }

            let before = RunningProcess.all(in: workspace.folder, running: "/httpd ")
            #expect(before.count == 1)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(socket.lines.contains("STOPPING=1"))
            await service.answers("alpha 3")

            // Another daemon finds the service as it is, and leaves it so.
            let next = try Daemon(workspace)
            await next.says("watching")
            try await workspace.commit(["README.md": "nothing for the service"])
            await next.says("the checkout was brought to")
            await service.answers("alpha 3")
            #expect(RunningProcess.all(in: workspace.folder, running: "/httpd ") == before)
            #expect(await next.stop() == 0, "\(next.text)")
            #expect(RunningProcess.all(in: workspace.folder, running: "/httpd ") == before)
        }
    }

    @Test func aSecondDaemonIsRefused() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await daemon.says("succeeded")
            let second = try await workspace.once()
            #expect(second.status == 2 && second.errors.contains("a daemon runs on"), "\(second.text)")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test func whatAKillCutOffIsDoneAgainAndLeavesNothingBehind() async throws {
        let service = try await Scripted.services("alpha")[0]
        // The first build after the marker hangs; what it started ignores a polite end.
        let build = """
            if [ -e "$SOURCE/slow" ] && [ ! -e "$SCRATCH/tried" ]; then
                touch "$SCRATCH/tried"
                (trap '' TERM; sleep 300) &
                sleep 300
            fi
            """
        var files = service.files("alpha 1")
        files[service.path("build")] = build
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await service.answers("alpha 1")
            await daemon.says("succeeded")
            try await workspace.commit([service.path("slow"): "", service.path("greeting"): "alpha 2"])
            await eventually("the build hangs") {
                RunningProcess.all(in: workspace.folder, running: "sleep 300").count >= 2
            }
            daemon.signal(SIGKILL)
            #expect(await daemon.end() == 128 + SIGKILL)
            await service.answers("alpha 1")

            let next = try Daemon(workspace)
            await next.says("was interrupted in build of alpha")
            await service.answers("alpha 2")
            await next.says("succeeded")
            await eventually("nothing of the killed build runs", within: 30) {
                RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty
            }
            #expect(await next.stop() == 0, "\(next.text)")
            let left = RunningProcess.all(in: workspace.folder).filter {
                !$0.isSupervisor && !$0.command.contains("/httpd ")
            }
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test func aBuildUnderWayIsEndedWhenTheDaemonIs() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("build")] = "if [ -e \"$SOURCE/slow\" ]; then sleep 300; fi\n"
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await service.answers("alpha 1")
            await daemon.says("succeeded")
            try await workspace.commit([service.path("slow"): "", service.path("greeting"): "alpha 2"])
            await eventually("the build hangs") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty
            }
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty)
            await service.answers("alpha 1")

            // A newer commit takes the place of a build under way.
            let next = try Daemon(workspace)
            await eventually("the build hangs again") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty
            }
            try await workspace.commit([service.path("slow"): nil, service.path("greeting"): "alpha 3"])
            await service.answers("alpha 3")
            #expect(await next.stop() == 0, "\(next.text)")
        }
    }

    @Test func aDeployThatHasBegunIsFinishedBeforeTheEnd() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await daemon.says("succeeded")
            try await workspace.commit([
                service.path("before-deploy"): "sleep 3.5\n", service.path("greeting"): "alpha 2",
            ])
            await eventually("the deploy is under way") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 3.5").isEmpty
            }
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            await service.answers("alpha 2")
            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("up-to-date"), "\(plan.text)")
        }
    }

    @Test func aRepairThatAKillCutOffIsDoneOnce() async throws {
        let service = try await Scripted.services("alpha")[0]
        // The first build of a verification hangs.
        let build = """
            case "$SCRATCH" in *.verify/*)
                if [ ! -e "$SCRATCH/tried" ]; then touch "$SCRATCH/tried"; sleep 300; fi
            esac
            """
        var files = service.files("alpha 1")
        files[service.path("build")] = build
        try await Workspace.with(files, environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await daemon.says("succeeded")
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha 2")
            try workspace.drop("count", ["id": "count", "description": "Count on", "patch": patch])
            await eventually("the verification hangs") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty
            }
            daemon.signal(SIGKILL)
            _ = await daemon.end()
            #expect(workspace.exists("feedback/count.json"))

            let next = try Daemon(workspace)
            await service.answers("alpha 2")
            await eventually("the feedback is filed") { workspace.exists("feedback/applied/count.json") }
            #expect(!workspace.exists("feedback/count.json"))
            let tip = try #require(try await workspace.tip())
            let commits = try await workspace.origin.commits(from: tip)
            #expect(commits.count { $0.message.contains("Feedback-Id: count") } == 1)
            await next.says("2 succeeded")
            #expect(await next.stop() == 0, "\(next.text)")
            #expect(RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty)
        }
    }

    @Test func anOriginThatGoesAwayIsOneErrorAndIsFollowedAgain() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await daemon.says("succeeded")
            let away = workspace.originPath + ".away"
            try FileManager.default.moveItem(atPath: workspace.originPath, toPath: away)
            await daemon.says("origin.git")
            // Several polls later it has not been said again.
            try await Task.sleep(for: .seconds(3))
            let complaints = daemon.text.split(separator: "\n").filter { $0.contains("error:") }
            #expect(complaints.count == 1, "\(complaints)")
            try FileManager.default.moveItem(atPath: away, toPath: workspace.originPath)
            await daemon.says("origin answers again")
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            await service.answers("alpha 2")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test func whileOriginIsAwayServicesWithRepositoriesOfTheirOwnGoOn() async throws {
        let service = try await Scripted.services("remote")[0]
        try await Workspace.with([:], environment: Self.quick) { workspace in
            try await Scripted.install(in: workspace)
            let own = try await OwnRepository(workspace.folder + "/own.git", of: service)
            try await own.push("remote 1")
            try await workspace.commit(["deployer.yaml": own.configuration])
            let socket = try NotifySocket(workspace.folder + "/notify")
            defer { socket.stop() }
            let daemon = try Daemon(workspace, ["NOTIFY_SOCKET": socket.path])
            await service.answers("remote 1")
            await daemon.says("succeeded")
            let away = workspace.originPath + ".away"
            try FileManager.default.moveItem(atPath: workspace.originPath, toPath: away)
            await daemon.says("until origin answers")
            await eventually("systemd is told as well") {
                socket.lines.contains { $0.hasPrefix("STATUS=") && $0.contains("origin.git") }
            }
            try await own.push("remote 2")
            await service.answers("remote 2")
            try FileManager.default.moveItem(atPath: away, toPath: workspace.originPath)
            await daemon.says("origin answers again")
            #expect(daemon.text.components(separatedBy: "until origin answers").count == 2, "\(daemon.text)")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test func aHangupReadsTheSettingsAgain() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", "DISPATCHER_INTERVAL=3600\n", mode: 0o600)
            let socket = try NotifySocket(workspace.folder + "/notify")
            defer { socket.stop() }
            let daemon = try Daemon(workspace, ["NOTIFY_SOCKET": socket.path])
            await service.answers("alpha 1")
            await daemon.says("succeeded")
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            try workspace.write("dispatcher.env", "DISPATCHER_INTERVAL=1\n", mode: 0o600)
            daemon.signal(SIGHUP)
            await daemon.says("the settings were read again")
            await service.answers("alpha 2")
            try await workspace.commit([service.path("greeting"): "alpha 3"])
            await service.answers("alpha 3")

            // Settings that are wrong end nothing.
            try workspace.write("dispatcher.env", "DISPATCHER_INTERVAL=often\n", mode: 0o600)
            daemon.signal(SIGHUP)
            await daemon.says("DISPATCHER_INTERVAL")
            await eventually("it is ready again") { socket.lines.count { $0 == "READY=1" } >= 3 }
            try await workspace.commit([service.path("greeting"): "alpha 4"])
            await service.answers("alpha 4")
            try workspace.write("dispatcher.env", "DISPATCHER_INTERVAL=1\n", mode: 0o600)
            daemon.signal(SIGHUP)
            await eventually("it is ready with the new ones") { socket.lines.count { $0 == "READY=1" } >= 4 }
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test func aPluginThatIsDroppedInIsUsedWithoutARestart() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1"), environment: Self.quick) { workspace in
            let daemon = try Daemon(workspace)
            await daemon.says("watching")
            await eventually("the folder is there") { workspace.exists("plugins") }
            let before = try await workspace.host("plan")
            #expect(before.output.contains("no plugin recognises"), "\(before.text)")
            try await Scripted.install(in: workspace)
            await daemon.says("the plugins have changed")
            await service.answers("alpha 1")
            let list = try await workspace.host("list-plugins")
            #expect(list.output.contains("scripted 1.0.0 - ready"), "\(list.text)")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }
}
