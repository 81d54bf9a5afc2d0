import Foundation
import Model
import Testing

/// Folders that several plugins recognise. The plugins are mocks of the bundled kinds (Tests/MockPlugins/scripted.c).
@Suite struct MixedFolderTests {
    /// A gateway folder as people keep it. Each kind's deploy leaves its mark in a file beside the workspace.
    private static func gateway(_ extra: [String: String] = [:]) -> [String: String] {
        var files = [
            "repos/gw/docker-compose.yml": "services: {}\n", "repos/gw/kong.conf": "database = off\n",
            "repos/gw/kong.yaml": "_format_version: '3.0'\n", "repos/gw/schema.json": "{}\n",
        ]
        for kind in ["compose", "typesense", "kong"] {
            files["repos/gw/\(kind)-before-deploy"] = "echo \(kind) >> \"$RELEASES/../../../marks\"\n"
        }
        return files.merging(extra) { $1 }
    }

    @Test func containersComeFirstThenSchemasThenTheGateway() async throws {
        try await Workspace.with(Self.gateway()) { workspace in
            try await Scripted.install(.kong, .compose, .schema, in: workspace)
            let plan = try await workspace.plan()
            #expect(plan.services.map { $0["service"] as? String } == ["gw/compose", "gw/typesense", "gw/kong"])
            #expect(plan.services.last?["after"] as? [String] == ["gw/compose", "gw/typesense"])
            let first = try await workspace.once(["DISPATCHER_PARALLEL": "4"])
            #expect(first.status == 0, "\(first.text)")
            #expect(workspace.text("marks") == "compose\ntypesense\nkong\n")
            #expect(try await workspace.states() == ["gw/compose", "gw/typesense", "gw/kong"].map { "\($0) deployed" })

            // One that fails holds back those after it, now and until it is mended.
            let broken = "repos/gw/compose-build"
            try await workspace.commit([broken: "echo 'docker-compose.yml:1:1: error: no such thing'; exit 1\n"])
            let failed = try await workspace.once(["DISPATCHER_PARALLEL": "4"])
            #expect(failed.status == 1, "\(failed.text)")
            #expect(workspace.text("marks") == "compose\ntypesense\nkong\n")
            let again = try await workspace.once()
            #expect(again.status == 1 && again.output.contains("waits for 'gw/compose'"), "\(again.text)")
            #expect(workspace.text("marks") == "compose\ntypesense\nkong\n")
            try await workspace.commit([broken: nil])
            // The content of before: nothing has to be deployed again.
            #expect(try await workspace.once().status == 0)
            try await workspace.commit(["repos/gw/kong.yaml": "_format_version: '3.0' #\n"])
            #expect(try await workspace.once().status == 0)
            #expect(workspace.text("marks") == "compose\ntypesense\nkong\ncompose\ntypesense\nkong\n")
        }
    }

    @Test func aServiceIsNotStartedTwiceWhenItsFolderComesToHoldMore() async throws {
        let service = try await Scripted.services("api")[0]
        try await Workspace.with(service.files("api 1")) { workspace in
            try await Scripted.install(in: workspace)
            try await Scripted.install(.kong, in: workspace)
            #expect(try await workspace.once().status == 0)
            await service.answers("api 1")

            try await workspace.commit([service.path("kong.yaml"): "x", service.path("greeting"): "api 2"])
            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("keeps that name"), "\(plan.text)")
            let both = try await workspace.once()
            #expect(both.status == 0, "\(both.text)")
            await service.answers("api 2")
            #expect(RunningProcess.all(in: workspace.folder, running: "/httpd ").count == 1)
            #expect(try await workspace.states() == ["api deployed", "api/kong deployed"])
            #expect(workspace.names(".deployer/releases") == ["api", "api+kong"])

            // The other one goes again: it is said, and the one that runs keeps its name and its release.
            try await workspace.commit([service.path("kong.yaml"): nil])
            let back = try await workspace.once()
            #expect(back.status == 0 && back.output.contains("host forget api/kong"), "\(back.text)")
            #expect(try await workspace.states() == ["api deployed", "api/kong removed"])
            #expect(try await workspace.host("forget", "api/kong").status == 0)
            #expect(try await workspace.states() == ["api deployed"])
            await service.answers("api 2")
        }
    }

    @Test func anotherKindDoesNotTakeTheNameOfWhatRuns() async throws {
        let service = try await Scripted.services("api")[0]
        try await Workspace.with(service.files("api 1")) { workspace in
            try await Scripted.install(in: workspace)
            try await Scripted.install(.kong, in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("kind.scripted"): nil, service.path("kong.yaml"): "x"])
            let changed = try await workspace.once()
            #expect(changed.status == 0, "\(changed.text)")
            #expect(try await workspace.states() == ["api/kong deployed", "api removed"])
            await service.answers("api 1")
            // Back again, it goes on as what it was.
            try await workspace.commit([service.path("kind.scripted"): "", service.path("greeting"): "api 2"])
            #expect(try await workspace.once().status == 0)
            #expect(try await workspace.states() == ["api deployed", "api/kong deployed"])
            await service.answers("api 2")
        }
    }

    @Test func whatNeverCameUpLeavesNoTraceUnderItsOldName() async throws {
        let files = ["repos/api/Package.swift": "", "repos/api/swift-build": "exit 1\n"]
        try await Workspace.with(files) { workspace in
            try await Scripted.install(.swift, .kong, in: workspace)
            #expect(try await workspace.once().status == 1)
            #expect(try await workspace.states() == ["api failed"])
            try await workspace.commit(["repos/api/swift-build": nil, "repos/api/kong.yaml": "x"])
            let both = try await workspace.once()
            #expect(both.status == 0 && both.output.contains("it is forgotten"), "\(both.text)")
            #expect(try await workspace.states() == ["api/swift deployed", "api/kong deployed"])
        }
    }

    @Test func ofWhatNeverCameUpNoSupervisorIsLeft() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("gives-up")] = ""
        files["deployer.yaml"] = """
            services:
              alpha: {kind: scripted, health: {http: "http://127.0.0.1:1/", attempts: 1}}

            """
        files["README.md"] = "More.\n"
        let alpha = files.keys.filter { $0 != "README.md" }
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            func supervisors() -> Int { RunningProcess.all(in: workspace.folder).count(where: \.isSupervisor) }
            #expect(try await workspace.once().status == 1)
            #expect(supervisors() == 1)
            try await workspace.commit(alpha.reduce(into: [String: String?]()) { $0.updateValue(nil, forKey: $1) })
            let gone = try await workspace.once()
            #expect(gone.output.contains("it is forgotten"), "\(gone.text)")
            #expect(supervisors() == 0)
        }
    }

    @Test func aCompanionIsBuiltAndTestedOnlyWhereThatIsAskedFor() async throws {
        let files = [
            "repos/api/Package.swift": "", "repos/api/docker-compose.yml": "",
            "repos/api/compose-build": "echo image built\n", "repos/api/compose-check": "echo e2e tested\n",
            "repos/api/compose-before-deploy": "echo never; exit 1\n",
        ]
        try await Workspace.with(files) { workspace in
            try await Scripted.install(.swift, .compose, in: workspace)
            let plan = try await workspace.host("plan")
            #expect(plan.status == 0, "\(plan.text)")
            for words in [
                "DISPATCHER_RUN_E2E", "docker-compose.yml found", "# api/compose: {kind: compose, path: repos/api}",
            ] {
                #expect(plan.output.contains(words), "\(plan.text)")
            }
            #expect(try await workspace.once().status == 0)
            #expect(workspace.stages == Workspace.stages(of: "api"))

            let built = try await workspace.once(["DISPATCHER_BUILD_DOCKER": "1"])
            #expect(built.status == 0, "\(built.text)")
            #expect(workspace.stages == ["api/compose/build"])
            let tested = try await workspace.once(["DISPATCHER_RUN_E2E": "1"])
            #expect(tested.status == 0 && workspace.log.contains("e2e tested"), "\(tested.text)")
            #expect(workspace.stages == ["api/compose/build", "api/compose/test"])
            #expect(try await workspace.states() == ["api/compose deployed", "api deployed"])

            // A failing end-to-end test keeps the service's new content back.
            try await workspace.commit(["repos/api/compose-check": "exit 1\n"])
            #expect(try await workspace.once(["DISPATCHER_RUN_E2E": "1"]).status == 1)
            #expect(workspace.stages == ["api/build", "api/test", "api/compose/build", "api/compose/test"])

            // Nobody asks for it any more.
            let quiet = try await workspace.once()
            #expect(quiet.status == 0 && quiet.output.contains("it is forgotten"), "\(quiet.text)")
            #expect(try await workspace.states() == ["api deployed"])
        }
    }

    @Test func whatPlanPrintsForDeployerYAMLMeansTheSame() async throws {
        let files = Self.gateway([
            "repos/api/Package.swift": "", "repos/api/docker-compose.yml": "", "repos/docs/README": "",
            "repos/unsure/Package.swift": "30",
        ])
        try await Workspace.with(files) { workspace in
            try await Scripted.install(.kong, .compose, .schema, .swift, in: workspace)
            let before = try await workspace.plan()
            let text = try await workspace.host("plan", "--overrule").output
            for line in ["# docs: {kind: …}", "# unsure: {kind: swift} # 30 of 100: no claim"] {
                #expect(text.contains(line), "\(text)")
            }
            try await workspace.commit(["deployer.yaml": text])
            let after = try await workspace.plan()
            func named(_ plan: Workspace.PlanJSON) -> [[String]] {
                plan.services.filter { $0["kind"] as? String != "unknown" }.map { entry in
                    ["service", "kind", "path", "group"].map { entry[$0] as? String ?? "" }
                        + (entry["after"] as? [String] ?? [])
                }
            }
            #expect(named(before) == named(after))
            #expect(before.folders?.count == 4 && after.folders == nil)

            // With the word of the operator the companion is deployed.
            let uncommented = text.replacing(
                "  # api/compose: {kind: compose, path: repos/api} #",
                with: "  api/compose: {kind: compose, path: repos/api} #")
            try await workspace.commit(["deployer.yaml": uncommented])
            #expect(try await workspace.once().status == 0)
            #expect(workspace.stages.contains("api/compose/deploy"))
        }
    }

    @Test func planSaysWhatNobodyRecognisesAndWhatIsNotSure() async throws {
        let files = ["repos/docs/README": "", "repos/web/Package.swift": "49", "repos/api/Package.swift": "50"]
        try await Workspace.with(files) { workspace in
            try await Scripted.install(.swift, in: workspace)
            let plan = try await workspace.host("plan")
            for words in [
                "no plugin recognises 'repos/docs'", "49 is below 50 and no claim", "no plugin is sure of 'repos/web'",
                "Package.swift found", "# docs: {kind: …} # nobody recognises it",
                "# web: {kind: swift} # 49 of 100: no claim",
            ] {
                #expect(plan.output.contains(words), "\(words) is missing in \(plan.text)")
            }
            let json = try await workspace.plan()
            #expect(json.services.map { $0["decision"] as? String } == ["deploy", "held", "held"])
            let claims = json.folders?.compactMap { ($0["claims"] as? [[String: Any]])?.first?["use"] as? String }
            #expect(claims == ["service", "unsure"])
        }
    }

    @Test func aPatchInAMixedFolderIsTriedForAllThatIsMadeOfIt() async throws {
        let files = Self.gateway([
            "repos/gw/kong-build": "echo tried kong\n",
            "repos/gw/compose-build": "if grep -q wrong \"$SOURCE/kong.yaml\"; then exit 1; fi\n",
        ])
        try await Workspace.with(files, environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(.kong, .compose, .schema, in: workspace)
            #expect(try await workspace.once().status == 0)
            let good = try await workspace.patch("repos/gw/kong.yaml", to: "_format_version: '3.0' # good\n")
            try workspace.drop("good", ["id": "good", "description": "x", "target": "gw/kong", "patch": good])
            let applied = try await workspace.once()
            #expect(applied.status == 0 && applied.output.contains("tried kong"), "\(applied.text)")
            #expect(workspace.exists("feedback/applied/good.json"), "\(applied.text)")
            // What another service of the folder cannot be built with is refused.
            let bad = try await workspace.patch("repos/gw/kong.yaml", to: "_format_version: '3.0' # wrong\n")
            try workspace.drop("bad", ["id": "bad", "description": "x", "target": "gw/kong", "patch": bad])
            _ = try await workspace.once()
            #expect(workspace.exists("feedback/rejected/bad.json"))
        }
    }

    @Test func aFileOfNothingButCommentsIsAWarningAndASuccess() async throws {
        let files = [
            "repos/gw/kong.yaml": "# later\n",
            "repos/gw/kong-build": "echo 'kong.yaml:1:1: warning: it holds nothing but comments'; exit 75\n",
            "repos/gw/kong-before-deploy": "exit 75\n",
            "repos/gw/kong-plan": "echo 'kong.yaml:1:1: warning: it holds nothing but comments'; exit 75\n",
        ]
        try await Workspace.with(files) { workspace in
            try await Scripted.install(.kong, in: workspace)
            let planned = try await workspace.host("plan")
            #expect(planned.output.contains("kong.yaml:1:1: warning: it holds nothing but comments"), "\(planned.text)")
            let result = try await workspace.once()
            #expect(result.status == 0, "\(result.text)")
            #expect(workspace.log.contains("warning: it holds nothing but comments"), "\(workspace.log)")
            let shown = try await workspace.host("show")
            #expect(shown.output.contains("gw: deployed"), "\(shown.text)")
            #expect(shown.output.contains("kong.yaml:1:1: warning: it holds nothing but comments"), "\(shown.text)")
            #expect(shown.output.contains("no-change"), "\(shown.text)")
            let status = try await workspace.host("status")
            #expect(status.output.contains("kong.yaml:1:1: warning: it holds nothing but comments"), "\(status.text)")
            #expect(try await workspace.states() == ["gw deployed"])
        }
    }
}

extension Workspace {
    struct PlanJSON {
        var services: [[String: Any]]
        var folders: [[String: Any]]?
    }

    /// `host plan --json`.
    func plan(_ arguments: String..., with settings: [String: String] = [:]) async throws -> PlanJSON {
        let result = try await host(["plan", "--json"] + arguments, with: settings)
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return PlanJSON(
            services: try #require(value?["services"] as? [[String: Any]], "\(result.text)"),
            folders: value?["folders"] as? [[String: Any]])
    }

    /// The services of `host status`, each with its state.
    func states() async throws -> [String] {
        let result = try await host("status", "--json")
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return try #require(value?["services"] as? [[String: Any]], "\(result.text)").map {
            "\($0["service"] as? String ?? "") \($0["state"] as? String ?? "")"
        }
    }
}
