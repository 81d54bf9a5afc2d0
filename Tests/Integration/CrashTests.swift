import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Services that are well when they are deployed, and crash afterwards.
@Suite struct CrashTests {
    private func crashing(_ service: Scripted, _ folder: String, coder: String = "") -> [String: String] {
        var files = service.files("alpha 1")
        // Crashes when it is told to, once for each time; the second version does not.
        files[service.path("run")] = """
            while :; do
                if [ -e \(folder)/crash ]; then
                    rm \(folder)/crash
                    echo "greeting.sh:3: nothing to greet"
                    kill -SEGV $$
                fi
                sleep 0.05
            done

            """
        files["deployer.yaml"] =
            "services: {alpha: {kind: scripted, stages: [build, deploy, restart, health]}}\n" + coder
        return files
    }

    private func with(_ body: (Scripted, String) async throws -> Void) async throws {
        let service = try await Scripted.services("alpha")[0]
        let folder = FileManager.default.temporaryDirectory.path + "/deployer-crash-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(service, folder)
    }

    /// Waits until the supervisor has written the crash down.
    private func crash(_ workspace: Workspace, _ folder: String, number: Int) async throws {
        try "".write(toFile: folder + "/crash", atomically: true, encoding: .utf8)
        await eventually("the supervisor starts it again") {
            workspace.text(".deployer/services/alpha/status")?.contains("restarts=\(number)\n") == true
        }
    }

    @Test func aCrashLongAfterTheDeploymentIsReportedOnceAndForgottenWithTheRelease() async throws {
        try await with { service, folder in
            try await Workspace.with(crashing(service, folder)) { workspace in
                try await Scripted.install(in: workspace)
                #expect(try await workspace.once().status == 0)
                try await crash(workspace, folder, number: 1)

                let noticed = try await workspace.once()
                #expect(noticed.output.contains("was ended by signal 11"), "\(noticed.text)")
                let report = try await workspace.host("report", "alpha")
                #expect(report.output.contains("nothing to greet"), "\(report.text)")
                let status = try await workspace.host("status")
                #expect(status.output.contains("crashed"), "\(status.text)")

                // What keeps crashing is no news within the hour.
                try await crash(workspace, folder, number: 2)
                let again = try await workspace.once()
                #expect(again.output.contains("nothing is due"), "\(again.text)")
                #expect(!again.output.contains("signal 11"), "\(again.text)")

                try await workspace.commit([service.path("greeting"): "alpha 2"])
                #expect(try await workspace.once().status == 0)
                let after = try await workspace.host("status")
                #expect(!after.output.contains("crashed"), "\(after.text)")
            }
        }
    }

    /// The crash of what ran before is a failure still, and the case of the broken build was taken for one of it.
    @Test func theCaseOfABrokenBuildEndsWithItThoughACrashStands() async throws {
        try await with { service, folder in
            let coder = "coder: command\ncoders: {command: [/bin/sh, -c, exit 1, \"{prompt_file}\"], attempts: 1}\n"
            let environment = ["DISPATCHER_CODER_SANDBOX": "none"]
            try await Workspace.with(crashing(service, folder, coder: coder), environment: environment) { workspace in
                try await Scripted.install(in: workspace)
                #expect(try await workspace.once().status == 0)
                try await crash(workspace, folder, number: 1)
                #expect(try await workspace.once().output.contains("was ended by signal 11"))
                try await workspace.commit([service.path("source.txt"): Scripted.brokenSource])
                #expect(try await workspace.once().status == 1)
                #expect(try await workspace.host("status").output.contains("REPAIR"))

                try await workspace.commit([service.path("source.txt"): Scripted.source])
                let restored = try await workspace.once()
                #expect(restored.output.contains("its sources are again those"), "\(restored.text)")
                let status = try await workspace.host("status").output
                #expect(status.contains("crashed") && !status.contains("REPAIR"), "\(status)")
            }
        }
    }

    @Test func whatAPersonEndsIsNoCrash() async throws {
        try await with { service, folder in
            try await Workspace.with(crashing(service, folder)) { workspace in
                try await Scripted.install(in: workspace)
                #expect(try await workspace.once().status == 0)
                let process = RunningProcess.all(in: workspace.folder, running: "/run").first { !$0.isSupervisor }
                try #require(process).signal(SIGKILL)
                await eventually("the supervisor starts it again") {
                    workspace.text(".deployer/services/alpha/status")?.contains("restarts=1\n") == true
                }
                let later = try await workspace.once()
                #expect(!later.output.contains("was ended"), "\(later.text)")
            }
        }
    }

    @Test func aCoderIsAskedToMendIt() async throws {
        try await with { service, folder in
            let agent = "cp \"$1\" \(folder)/prompt; printf 'while :; do sleep 1; done\\n' > repos/alpha/run\n"
            try agent.write(toFile: folder + "/agent", atomically: true, encoding: .utf8)
            let coder =
                "coder: command\ncoders: {command: [/bin/sh, \(folder)/agent, \"{prompt_file}\"], attempts: 1}\n"
            let environment = ["DISPATCHER_USE_PRS": "0", "DISPATCHER_CODER_SANDBOX": "none"]
            try await Workspace.with(crashing(service, folder, coder: coder), environment: environment) { workspace in
                try await Scripted.install(in: workspace)
                #expect(try await workspace.once().status == 0)
                try await crash(workspace, folder, number: 1)
                let noticed = try await workspace.once()
                #expect(noticed.output.contains("the coder's patch is good"), "\(noticed.text)")
                let prompt = try String(contentsOfFile: folder + "/prompt", encoding: .utf8)
                #expect(prompt.contains("nothing to greet") && prompt.contains("signal 11"), "\(prompt)")
                #expect(try await workspace.once().status == 0)
                #expect(try await workspace.content(service.path("run"))?.contains("sleep 1") == true)
            }
        }
    }

    @Test func anExaminationEndsWithTheDaemonAndIsMadeByTheNextOne() async throws {
        try await with { service, folder in
            var files = crashing(service, folder)
            files["deployer.yaml"] = """
                services:
                  alpha:
                    {kind: scripted, stages: [build, deploy, restart, health],
                     health: {command: [/bin/sh, \(folder)/probe], attempts: 1, timeout: 10m}}

                """
            try "[ ! -e \(folder)/hang ] || { : > \(folder)/hanging; sleep 500; }\n".write(
                toFile: folder + "/probe", atomically: true, encoding: .utf8)
            try await Workspace.with(files, environment: ["DISPATCHER_INTERVAL": "1"]) { workspace in
                try await Scripted.install(in: workspace)
                #expect(try await workspace.once().status == 0)
                try "".write(toFile: folder + "/hang", atomically: true, encoding: .utf8)
                try await crash(workspace, folder, number: 1)
                let daemon = try Daemon(workspace)
                await eventually("the service is looked into") {
                    FileManager.default.fileExists(atPath: folder + "/hanging")
                }
                daemon.signal(SIGTERM)
                #expect(await daemon.end(within: 20) == 0, "\(daemon.text)")
                #expect(RunningProcess.all(in: workspace.folder, running: "sleep 500").isEmpty)
                let status = try await workspace.host("status")
                #expect(!status.output.contains("crashed"), "\(status.text)")

                try FileManager.default.removeItem(atPath: folder + "/hang")
                _ = try await workspace.once()
                let report = try await workspace.host("report", "alpha")
                #expect(report.output.contains("nothing to greet"), "\(report.text)")
            }
        }
    }
}
