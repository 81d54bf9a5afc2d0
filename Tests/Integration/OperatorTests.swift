import Foundation
import Git
import Model
import TestSupport
import Testing

/// What belongs to the operator, and what origin may not do to it.
@Suite struct OperatorTests {
    @Test func aCheckoutWithChangesIsLeftAloneAndACleanOneForwarded() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            let clean = try await workspace.once()
            #expect(clean.status == 0, "\(clean.text)")
            #expect(workspace.text(service.path("greeting")) == "alpha 2")

            try workspace.write(service.path("greeting"), "my own words")
            try await workspace.commit([service.path("greeting"): "alpha 3"])
            let dirty = try await workspace.once()
            #expect(dirty.status == 0, "\(dirty.text)")
            #expect(workspace.text(service.path("greeting")) == "my own words")
            #expect(dirty.output.contains("the checkout is left as it is"), "\(dirty.text)")
            #expect(dirty.output.contains(service.path("greeting")), "\(dirty.text)")
            await service.answers("alpha 3")

            // Tidied up, it is brought up to date without another commit.
            try workspace.write(service.path("greeting"), "alpha 2")
            let tidy = try await workspace.once()
            #expect(tidy.output.contains("the checkout was brought to"), "\(tidy.text)")
            #expect(workspace.text(service.path("greeting")) == "alpha 3")
        }
    }

    @Test func aPlanChangesNothing() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            let early = try await workspace.host("plan")
            #expect(early.status == 0 && early.output.contains("never deployed here"), "\(early.text)")
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("sources changed"), "\(plan.text)")
            #expect(workspace.text(service.path("greeting")) == "alpha 1")
            await service.answers("alpha 1")
            let result = try await workspace.once()
            #expect(result.output.contains("the checkout was brought to"), "\(result.text)")
            #expect(workspace.text(service.path("greeting")) == "alpha 2")
        }
    }

    @Test func aForcePushIsReportedAndNotFollowed() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            let first = try #require(try await workspace.tip())
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            #expect(try await workspace.once().status == 0)
            await service.answers("alpha 2")

            // History is rewritten: the second commit is no more.
            try await workspace.origin.update("refs/heads/main", to: first, expecting: .anything, reason: "rewrite")
            try await workspace.commit([service.path("greeting"): "alpha X"])
            let forced = try await workspace.once()
            #expect(forced.output.contains("was force-pushed"), "\(forced.text)")
            await service.answers("alpha 2")
            #expect(workspace.text(service.path("greeting")) == "alpha 2")

            // Nothing is repaired that is not deployed.
            let patch = try await workspace.patch(service.path("greeting"), to: "alpha Y")
            try workspace.drop("later", ["description": "Not now", "patch": patch])
            let waiting = try await workspace.once()
            #expect(waiting.status == 1 && waiting.output.contains("feedback 'later.json' waits"), "\(waiting.text)")
            try FileManager.default.removeItem(atPath: workspace.path("feedback/later.json"))

            let followed = try await workspace.once(["DISPATCHER_FOLLOW_FORCE_PUSH": "1"])
            #expect(followed.status == 0, "\(followed.text)")
            await service.answers("alpha X")
        }
    }

    @Test func aBrokenConfigurationIsReportedWithItsPlacesAndTheLastGoodOneHolds() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        let good = "services:\n  alpha:\n    kind: scripted\n"
        files["deployer.yaml"] = good
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)

            let bad = "services:\n  alpha:\n    kinds: scripted\n    inputs: 5\n"
            try await workspace.commit(["deployer.yaml": bad, service.path("greeting"): "alpha 2"])
            let result = try await workspace.once()
            #expect(result.status == 2, "\(result.text)")
            for place in ["deployer.yaml:3:5", "deployer.yaml:4:13"] {
                #expect(result.text.contains(place), "\(result.text)")
            }
            let plan = try await workspace.host("plan")
            #expect(plan.status == 2 && plan.errors.contains("deployer.yaml:3:5"), "\(plan.text)")
            #expect(plan.output.contains("up-to-date"), "\(plan.text)")
            // By the last good configuration, the service is deployed as it is now.
            await service.answers("alpha 2")

            try await workspace.commit(["deployer.yaml": good])
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
        }
    }

    @Test func aBrokenFirstConfigurationLeavesTheServicesRecognised() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit(["deployer.yaml": "service: 5\n", service.path("greeting"): "alpha 2"])
            let result = try await workspace.once()
            #expect(result.status == 2 && result.text.contains("deployer.yaml:1:1"), "\(result.text)")
            await service.answers("alpha 2")
        }
    }

    @Test func aServerThatNeverAnswersIsOneErrorWithinItsDeadline() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            let server = try FaultyServer(.silence)
            defer { server.stop() }
            try await workspace.setOrigin(server.url("origin.git"))
            let began = ContinuousClock.now
            let result = try await workspace.once(["DISPATCHER_GIT_DEADLINE": "2s"])
            // Far from the minute that it would take without the setting, whatever else the machine does.
            #expect(ContinuousClock.now - began < .seconds(50))
            #expect(result.status == 1, "\(result.text)")
            #expect(result.errors.contains("origin") && result.errors.contains("127.0.0.1"), "\(result.text)")
            #expect(result.errors.split(separator: "\n").count < 6, "\(result.errors)")
        }
    }

    @Test func aDamagedCloneIsSetAsideAndMadeAnew() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            // What a crash of the machine leaves: references without a byte in them.
            for name in ["heads/main", "remotes/origin/main", "deployer/main"] {
                let file = ".git/refs/\(name)"
                if workspace.exists(file) { try workspace.write(file, "") }
            }
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            #expect(result.output.contains("the clone is damaged"), "\(result.text)")
            #expect(result.output.contains("made anew"), "\(result.text)")
            await service.answers("alpha 2")
            // Where the checkout stood is lost with the reference, so its files are the operator's until they say otherwise.
            #expect(workspace.text(service.path("greeting")) == "alpha 1")
            #expect(workspace.exists("plugins/scripted.so"))
            #expect(workspace.names("").contains { $0.hasPrefix(".git.damaged-") })
            let status = try await workspace.host("status")
            #expect(status.output.contains(service.path("greeting")), "\(status.text)")
        }
    }

    @Test func initWritesFilesThatChangeNothingUntilTheyAreEdited() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            let made = try await workspace.host("init")
            #expect(made.status == 0, "\(made.text)")
            let configuration = try #require(workspace.text("deployer.yaml"))
            #expect(workspace.exists("dispatcher.env"))
            try workspace.write("dispatcher.env", "GITHUB_TOKEN=a-very-secret-token\n", mode: 0o600)
            #expect(try await workspace.host("init").status == 0)
            #expect(workspace.text("dispatcher.env") == "GITHUB_TOKEN=a-very-secret-token\n")
            try await workspace.commit(["deployer.yaml": configuration])
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            await service.answers("alpha 1")
            let settings = try await workspace.host("config")
            #expect(settings.output.contains("****") && settings.output.contains("dispatcher.env"), "\(settings.text)")
            #expect(!settings.output.contains("a-very-secret-token"))
        }
    }

    /// A unit's environment is awkward to change; the file is not.
    @Test func variablesOfTheFileReachTheToolsOfPlugins() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("build")] = "echo \"zone: ${TZ:-none}, token: ${MY_TOKEN:-none}\"\n"
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            try workspace.write("dispatcher.env", "TZ=Europe/Rome\nMY_TOKEN=unseen\n", mode: 0o600)
            let result = try await workspace.once()
            #expect(result.output.contains("zone: Europe/Rome, token: none"), "\(result.text)")
        }
    }

    @Test func aRestartCommandOfTheOperatorsWins() async throws {
        let services = try await Scripted.services("alpha", "beta")
        let (alpha, beta) = (services[0], services[1])
        var files = alpha.files("alpha 1").merging(beta.files("beta 1")) { $1 }
        files["deployer.yaml"] = """
            services:
              alpha: {kind: scripted, stages: [build, deploy, restart]}
              beta: {kind: scripted, stages: [build, deploy, restart]}

            """
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            let script = "#!/bin/sh\necho \"restarting $1 by hand\"\necho \"$#:$1\" >> \"$0.log\"\n"
            try workspace.write("commands/restart-alpha.sh", script, mode: 0o755)
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            #expect(workspace.text("commands/restart-alpha.sh.log") == "1:alpha\n")
            #expect(workspace.log.contains("restarting alpha by hand"), "\(workspace.log)")
            // The script started nothing, and nobody else did.
            await beta.answers("beta 1")
            #expect(await Web.answer(alpha.port) == nil)

            // One that others may change is not executed.
            try workspace.write("commands/restart-alpha.sh", script, mode: 0o777)
            try await workspace.commit([alpha.path("greeting"): "alpha 2"])
            let refused = try await workspace.once()
            #expect(refused.status == 1, "\(refused.text)")
            #expect(refused.output.contains("chmod go-w"), "\(refused.text)")
            #expect(workspace.text("commands/restart-alpha.sh.log") == "1:alpha\n")
        }
    }

    @Test func settingsForPluginsAreAmongTheOptionsTheyAskFor() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("build")] = "echo \"options are $OPTIONS\"\n"
        files["deployer.yaml"] = """
            run_e2e: true
            services:
              alpha: {kind: scripted, options: {build_docker: false}}

            """
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            // The service's own word is stronger; what the plugin's schema does not name would be an error of the options.
            let result = try await workspace.once(["DISPATCHER_BUILD_DOCKER": "1"])
            #expect(result.status == 0, "\(result.text)")
            let expected = #"options are {"build_docker":false,"run_e2e":true}"#
            #expect(workspace.log.contains(expected), "\(workspace.log)")
        }
    }

    @Test func settingsThatCameByGitAreRefused() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files["dispatcher.env"] = "DISPATCHER_PLUGIN_DIGESTS=\(String(repeating: "a", count: 64))\n"
        try await Workspace.with(files) { workspace in
            for arguments in [["run", "--once"], ["run"], ["plan"], ["config"], ["status"], ["list-plugins"]] {
                let result = try await workspace.host(arguments)
                #expect(result.status == 2, "\(arguments): \(result.text)")
                #expect(result.errors.contains("git rm --cached dispatcher.env"), "\(arguments): \(result.text)")
            }
            #expect(workspace.exists("dispatcher.env"))
        }
    }

    @Test func aCommitNeitherBringsNorOverwritesTheMachinesSettings() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([
                "dispatcher.env": "DISPATCHER_PARALLEL=7\n", ".deployer/x": "mine", service.path("greeting"): "alpha 2",
            ])
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            #expect(result.output.contains("'dispatcher.env' is part of commit"), "\(result.text)")
            #expect(!workspace.exists("dispatcher.env") && !workspace.exists(".deployer/x"))
            let status = try await workspace.host("status")
            #expect(status.output.contains("git rm --cached dispatcher.env"), "\(status.text)")
            await service.answers("alpha 2")
            let settings = try await workspace.host("config")
            #expect(settings.status == 0 && !settings.output.contains("dispatcher.env"), "\(settings.text)")
        }
    }

    /// Through a link in place of `feedback` or `logs` the daemon would move and delete files of others.
    @Test func aCommitPutsNothingInPlaceOfTheDaemonsFolders() async throws {
        let service = try await Scripted.services("alpha")[0]
        for folder in ["feedback", "logs"] {
            let files = service.files("alpha 1").merging([folder: "elsewhere"]) { $1 }
            try await Workspace.with(files) { workspace in
                let result = try await workspace.host(["run", "--once"])
                #expect(result.status == 2 && result.errors.contains("git rm \(folder)"), "\(result.text)")
            }
        }
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try workspace.write("feedback/rejected/kept.json", "{}")
            try await workspace.commit(["feedback": "elsewhere", service.path("greeting"): "alpha 2"])
            let result = try await workspace.once()
            #expect(result.status == 0 && result.output.contains("'feedback' is part of commit"), "\(result.text)")
            #expect(workspace.exists("feedback/rejected/kept.json"))
            await service.answers("alpha 2")
        }
    }

    @Test func aCommandThatOnlyLooksWritesNoConfiguration() async throws {
        let service = try await Scripted.services("alpha")[0]
        let files = service.files("alpha 1").merging(["deployer.yaml": "services:\n  alpha: {kind: scripted}\n"]) { $1 }
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            for command in ["status", "config", "plan", "list-plugins"] {
                #expect(try await workspace.host(command).status == 0)
                #expect(!workspace.exists(".deployer/deployer.last-good.yaml"), "\(command)")
            }
            #expect(try await workspace.once().status == 0)
            #expect(workspace.text(".deployer/deployer.last-good.yaml") == files["deployer.yaml"])
        }
    }

    @Test func statusSaysWhyAServiceWaits() async throws {
        let files = [
            "deployer.yaml": "services:\n  alpha: {kind: nonesuch}\n", "repos/alpha/a": "a", "repos/beta/b": "b",
        ]
        try await Workspace.with(files) { workspace in
            func entries() async throws -> [[String: Any]] {
                let result = try await workspace.host("status", "--json")
                let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
                return try #require(value?["services"] as? [[String: Any]])
            }
            #expect(try await workspace.once().status == 1)
            let named = try await entries()
            #expect(named.map { $0["state"] as? String } == ["held"], "\(named)")
            let why = "deployer.yaml:2:17: no plugin offers the kind 'nonesuch'"
            #expect((named.first?["held"] as? String)?.hasPrefix(why) == true, "\(named)")
            #expect(try await workspace.host("status").output.contains(why))
            // What no file names and nobody recognises.
            try await workspace.commit(["deployer.yaml": nil])
            #expect(try await workspace.once().status == 1)
            #expect(try await entries().map { $0["service"] as? String } == ["alpha", "beta"])
            // Nothing is left that could wait.
            try await workspace.commit(["repos/alpha/a": nil, "repos/beta/b": nil])
            #expect(try await workspace.once().status == 0)
            #expect(try await entries().isEmpty)
        }
    }
}
