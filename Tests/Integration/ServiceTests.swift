import Foundation
import Git
import Model
import Testing

/// Which services a commit makes due, as `deployer.yaml` says it.
@Suite struct ServiceTests {
    @Test func inputsAndDependenciesMakeAServiceDue() async throws {
        let services = try await Scripted.services("alpha", "beta", "gamma")
        var files: [String: String] = ["shared/words/a.txt": "a"]
        for service in services { files.merge(service.files("\(service.name) 1")) { $1 } }
        files["deployer.yaml"] = """
            services:
              alpha: {kind: scripted, inputs: ["shared/**"]}
              beta: {kind: scripted, depends_on: [alpha]}
              gamma: {kind: scripted}

            """
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            #expect(workspace.stages == Workspace.stages(of: "alpha", "beta", "gamma"))

            try await workspace.commit(["shared/words/a.txt": "b"])
            let plan = try await workspace.host("plan", "--json")
            #expect(plan.output.contains("input 'shared/**' changed"), "\(plan.text)")
            #expect(plan.output.contains("'alpha', which it depends on"), "\(plan.text)")
            let second = try await workspace.once()
            #expect(second.status == 0, "\(second.text)")
            #expect(workspace.stages == Workspace.stages(of: "alpha", "beta"))
            let order = workspace.log.split(separator: "\n").filter { $0.contains(" begins (") }
            let alphaEnds = order.lastIndex { $0.contains("alpha/health") } ?? .max
            let betaBegins = order.firstIndex { $0.contains("beta/build") } ?? 0
            #expect(alphaEnds < betaBegins, "\(order)")

            // What a service depends on failed: it is not begun, and its old release goes on.
            try await workspace.commit([
                services[0].path("source.txt"): Scripted.brokenSource, services[1].path("greeting"): "beta 2",
            ])
            let third = try await workspace.once()
            #expect(third.status == 1, "\(third.text)")
            #expect(workspace.stages == ["alpha/build"], "\(workspace.log)")
            await services[1].answers("beta 1")

            try await workspace.commit([services[0].path("source.txt"): Scripted.source])
            let fourth = try await workspace.once()
            #expect(fourth.status == 0, "\(fourth.text)")
            await services[1].answers("beta 2")
        }
    }

    @Test func aServiceWithARepositoryOfItsOwnFollowsThat() async throws {
        let services = try await Scripted.services("local", "remote")
        let (local, remote) = (services[0], services[1])
        try await Workspace.with(local.files("local 1")) { workspace in
            try await Scripted.install(in: workspace)
            let own = try await GitRepository.initialise(workspace.folder + "/own.git", isBare: true)
            func push(_ greeting: String) async throws {
                let main = try await own.revision(of: "refs/heads/main")
                let edits = remote.files(greeting).map { path, text in
                    TreeEdit.write(
                        path: String(path.dropFirst("repos/remote/".count)), content: Array(text.utf8))
                }
                let tree = try await own.edit(tree: nil, edits)
                let author = Signature(Identity(name: "Other", email: "other@localhost"))
                _ = try await own.commit(
                    CommitDraft(tree: tree, parents: main.map { [$0] } ?? [], message: "A change\n", author: author),
                    to: "refs/heads/main", expecting: .anything)
            }
            try await push("remote 1")
            try await workspace.commit([
                "deployer.yaml": """
                services:
                  local: {kind: scripted}
                  remote:
                    kind: scripted
                    path: .
                    remote: {url: \(own.path)}

                """
            ])
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            await local.answers("local 1")
            await remote.answers("remote 1")

            try await push("remote 2")
            let second = try await workspace.once()
            #expect(second.status == 0, "\(second.text)")
            #expect(workspace.stages == Workspace.stages(of: "remote"))
            await remote.answers("remote 2")
            let idle = try await workspace.once()
            #expect(idle.status == 0 && idle.output.contains("nothing is due"), "\(idle.text)")

            // One remote that is away keeps nobody else waiting.
            try FileManager.default.moveItem(atPath: own.path, toPath: own.path + ".away")
            try await workspace.commit([local.path("greeting"): "local 2"])
            let third = try await workspace.once()
            #expect(third.status == 1, "\(third.text)")
            #expect(third.text.contains("own.git"), "\(third.text)")
            await local.answers("local 2")
            await remote.answers("remote 2")
        }
    }

    @Test func aDamagedCloneOfAServicesOwnRepositoryIsMadeAnew() async throws {
        let service = try await Scripted.services("remote")[0]
        try await Workspace.with([:]) { workspace in
            try await Scripted.install(in: workspace)
            let own = try await OwnRepository(workspace.folder + "/own.git", of: service)
            try await own.push("remote 1")
            try await workspace.commit(["deployer.yaml": own.configuration])
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            let clone = workspace.path(".deployer/git/remote.git")
            for file in try FileManager.default.subpathsOfDirectory(atPath: clone + "/objects")
            where file.hasSuffix(".pack") {
                try FileManager.default.removeItem(atPath: "\(clone)/objects/\(file)")
            }
            try await own.push("remote 2")
            let second = try await workspace.once()
            #expect(second.status == 0 && second.text.contains("made anew"), "\(second.text)")
            await service.answers("remote 2")
        }
    }

    @Test func aPluginThatCameByGitIsNotLoadedUnlessItsDigestIsAllowed() async throws {
        let service = try await Scripted.services("alpha")[0]
        try await Workspace.with(service.files("alpha 1")) { workspace in
            try await workspace.commit(bytes: ["plugins/gift.so": try await Scripted.library()])
            let first = try await workspace.once()
            #expect(first.status == 1, "\(first.text)")
            #expect(workspace.exists("plugins/gift.so"))
            let list = try await workspace.host("list-plugins", "--json")
            #expect(list.output.contains("it came by git"), "\(list.text)")
            let document = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any]
            let found = try #require(document?["plugins"] as? [[String: Any]])
            let digest = try #require(found.first?["digest"] as? String)

            let allowed = try await workspace.once(["DISPATCHER_PLUGIN_DIGESTS": digest])
            #expect(allowed.status == 0, "\(allowed.text)")
            await service.answers("alpha 1")
        }
    }

    @Test func whatWasDoneCanBeAskedFor() async throws {
        let services = try await Scripted.services("alpha", "beta")
        let (alpha, beta) = (services[0], services[1])
        try await Workspace.with(alpha.files("alpha 1").merging(beta.files("beta 1")) { $1 }) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.host("status").status == 0)
            #expect(try await workspace.once().status == 0)
            let broken = try await workspace.commit([alpha.path("source.txt"): Scripted.brokenSource])
            #expect(try await workspace.once().status == 1)

            func document(_ arguments: String...) async throws -> [String: Any] {
                let result = try await workspace.host(arguments + ["--json"])
                #expect(result.status == 0, "\(result.text)")
                let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
                return try #require(value as? [String: Any])
            }
            let status = try await document("status")
            #expect(status["healthy"] as? Bool == false && status["daemonRunning"] as? Bool == false, "\(status)")
            let entries = try #require(status["services"] as? [[String: Any]])
            let states = entries.map { "\($0["service"] ?? "") \($0["state"] ?? "")" }
            #expect(states == ["alpha failed", "beta deployed"], "\(states)")
            let failure = try #require(entries.first?["failure"] as? [String: Any])
            #expect(failure["revision"] as? String == broken.hex && failure["stage"] as? String == "build")

            let history = try await document("history")
            let cycles = try #require(history["cycles"] as? [[String: Any]])
            #expect(cycles.map { $0["outcome"] as? String } == ["failed", "succeeded"])
            let shown = try await document("show")
            let cycle = try #require(shown["services"] as? [[String: Any]])
            // The other service had no stage in it.
            #expect(cycle.map { $0["service"] as? String } == ["alpha"])
            let stages = try #require(cycle.first?["stages"] as? [[String: Any]])
            let finding = try #require((stages.first?["diagnostics"] as? [[String: Any]])?.first)
            #expect(finding["file"] as? String == "source.txt" && finding["line"] as? Int == 4, "\(finding)")
            #expect(finding["message"] as? String == "'wrong' is no number")

            #expect(try await workspace.host("logs").output.contains("'wrong' is no number"))
            #expect(try await workspace.host("logs", "beta").output.contains("answers on \(beta.port)"))
            let text = try await workspace.host("show")
            #expect(text.output.contains("source.txt:4:1"), "\(text.text)")
        }
    }
}
