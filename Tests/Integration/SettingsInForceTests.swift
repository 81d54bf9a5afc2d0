import Foundation
import Git
import Model
import TestSupport
import Testing

/// What a commit's `deployer.yaml` says holds for the cycle of that commit.
@Suite struct SettingsInForceTests {
    /// A build that takes a minute.
    private static let slow = Scripted.build + "sleep 60\n"

    @Test func aTimeoutHoldsInTheCycleOfTheCommitThatBringsIt() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([
                service.path("build"): Self.slow, "deployer.yaml": "timeouts:\n  build: 2s\n",
            ])
            let result = try await workspace.once()
            #expect(result.status == 1, "\(result.text)")
            #expect(result.output.contains("timed"), "\(result.text)")
            #expect(result.output.count(of: " begins (") == 1, "\(result.text)")

            // And the next one, which takes it away again.
            try await workspace.commit([
                service.path("build"): Scripted.build + "sleep 4\n", "deployer.yaml": "timeouts:\n  build: 5m\n",
            ])
            let longer = try await workspace.once()
            #expect(longer.status == 0, "\(longer.text)")
        }
    }

    @Test func aDaemonTakesThemUpBeforeTheCycleToo() async throws {
        let service = try await Scripted.services("alpha")[0]
        let quick = ["DISPATCHER_INTERVAL": "1"]
        try await Workspace.with(service.files("alpha 1"), environment: quick) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await service.answers("alpha 1")
            await daemon.says("succeeded")
            try await workspace.commit([
                service.path("build"): Self.slow, "deployer.yaml": "timeouts:\n  build: 2s\nlogs:\n  publish: false\n",
            ])
            let before = try await workspace.tip("deployer/logs")
            await daemon.says("brings other settings")
            await eventually("the build is ended", within: 40) { workspace.log.contains("timed") }
            #expect(await daemon.stop() == 0, "\(daemon.text)")
            #expect(try await workspace.tip("deployer/logs") == before, "nothing is published any more")
        }
    }

    /// Nothing but the coder is another one, and a daemon asked nobody until it was started anew.
    @Test func aCoderIsAskedAboutTheCommitThatNamesIt() async throws {
        let service = try await Scripted.services("alpha")[0]
        let environment = ["DISPATCHER_INTERVAL": "1", "DISPATCHER_CODER_SANDBOX": "none", "DISPATCHER_USE_PRS": "0"]
        try await Workspace.with(service.files("alpha 1"), environment: environment) { workspace in
            try await Scripted.install(in: workspace)
            let daemon = try Daemon(workspace)
            await service.answers("alpha 1")
            await daemon.says("succeeded")
            try await workspace.commit([
                service.path("source.txt"): Scripted.brokenSource,
                "deployer.yaml": """
                coder: command
                coders:
                  command: [/bin/sh, -c, "sed -i s/wrong/fourth/ repos/alpha/source.txt", "{prompt_file}"]

                """,
            ])
            await daemon.says("asking the coder (command)")
            await daemon.says("the coder's patch is good")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    /// A branch that the default branch's file names, whose own file says otherwise: a cycle is run all the same.
    @Test func settingsThatCannotBeHadDoNotKeepTheCycleWaiting() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            let release = try await workspace.commit(["deployer.yaml": "git:\n  branch: main\nparallel: 3\n"])
            try await workspace.origin.update("refs/heads/release", to: release, expecting: .absent, reason: "release")
            try await workspace.commit(["deployer.yaml": "git:\n  branch: release\nparallel: 4\n"])
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            await service.answers("alpha 1")
        }
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
