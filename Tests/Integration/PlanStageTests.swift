import Foundation
import Git
import Model
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `host plan` asks the plugins what a deployment would change. The mock's stage `plan` is a script of the service's own.
@Suite struct PlanStageTests {
    /// A folder of the mock kind `kong`, which runs nothing.
    private static func folder(_ name: String, plan: String) -> [String: String] {
        ["repos/\(name)/kong.yaml": "v1\n", "repos/\(name)/kong-plan": plan]
    }

    private static func folders(_ plans: [String: String]) -> [String: String] {
        plans.reduce(into: [:]) { $0.merge(folder($1.key, plan: $1.value)) { $1 } }
    }

    /// The kind, installed.
    private static func with(
        _ files: [String: String], _ body: (Workspace) async throws -> Void
    ) async throws {
        try await Workspace.with(files) { workspace in
            try await Scripted.install(.kong, in: workspace)
            try await body(workspace)
        }
    }

    private static let changes = #"""
        cat <<JSON
        [{"action":"create","subject":"route 'orders'","reason":"new in kong.yaml","detail":"paths: /orders\nmethods: GET"},
        {"action":"update","subject":"service 'api'","reason":"url $(cat "$SOURCE/kong.yaml")"},
        {"action":"replace","subject":"upstream 'a'","reason":"algorithm changes"},
        {"action":"remove","subject":"plugin 'cors'","reason":"not in kong.yaml"},
        {"action":"drift","subject":"consumer 'eve'","reason":"made by hand"}]
        JSON

        """#

    @Test func changesStandUnderTheirServiceAsAPersonWouldReadThem() async throws {
        try await Self.with(Self.folder("gw", plan: Self.changes)) { workspace in
            let plan = try await workspace.host("plan")
            let expected = """
                  gw  deploy: never deployed here [kong: kong.yaml found]
                      + create  route 'orders': new in kong.yaml
                            paths: /orders
                            methods: GET
                      ~ update  service 'api': url v1
                      ± replace upstream 'a': algorithm changes
                      - remove  plugin 'cors': not in kong.yaml
                      ! drift   consumer 'eve': made by hand
                """
            #expect(plan.status == 0 && plan.output.contains(expected), "\(plan.text)")
            let json = try await workspace.plan()
            let answer = try #require(json.services.first?["plan"] as? [String: Any])
            #expect(answer["status"] as? String == "ok")
            let changes = try #require(answer["changes"] as? [[String: String]])
            #expect(changes.map { $0["action"] } == ["create", "update", "replace", "remove", "drift"])
            #expect(changes.first?["detail"] == "paths: /orders\nmethods: GET")

            let quick = try await workspace.host("plan", "--quick")
            #expect(quick.status == 0 && !quick.output.contains("route 'orders'"), "\(quick.text)")
            #expect(try await workspace.plan("--quick").services.first?["plan"] == nil)
        }
    }

    @Test func aServiceThatIsUpToDateIsAskedTooAndTheSourcesAreThoseOfThePlan() async throws {
        try await Self.with(Self.folder("gw", plan: Self.changes)) { workspace in
            #expect(try await workspace.once().status == 0)
            let drift = try await workspace.host("plan")
            #expect(drift.output.contains("gw  up-to-date"), "\(drift.text)")
            #expect(drift.output.contains("! drift   consumer 'eve': made by hand"), "\(drift.text)")

            let revision = try await workspace.commit(["repos/gw/kong.yaml": "v2\n"])
            let planned = try await workspace.host("plan")
            #expect(planned.output.contains("~ update  service 'api': url v2"), "\(planned.text)")
            #expect(planned.output.hasPrefix(revision.short), "\(planned.text)")
            // What the last cycle checked out is as it was.
            #expect(workspace.text(".deployer/worktrees/deploy/repos/gw/kong.yaml") == "v1\n")
            #expect(workspace.text("repos/gw/kong.yaml") == "v1\n")
            // Nothing planned and nothing changed.
            try await workspace.commit(["repos/gw/kong-plan": "echo '[]'\n"])
            let nothing = try await workspace.host("plan")
            #expect(nothing.output.contains("      = 'plan' is done"), "\(nothing.text)")
            #expect(try await workspace.once().status == 0)
            #expect(try await !workspace.host("plan").output.contains(" = "))
        }
    }

    @Test func whatGoesWrongInAPlanIsSaidAtItsService() async throws {
        let files = Self.folders([
            "a-fails": "echo 'kong.yaml:1:1: error: it cannot be read'; exit 1\n", "b-hangs": "exec sleep 300\n",
            "c-away": "exit 69\n", "d-nonsense": "echo '{}'\n", "e-good": Self.changes,
        ])
        try await Self.with(files) { workspace in
            let plan = try await workspace.host("plan", with: ["DISPATCHER_PLAN_TIMEOUT": "2s"])
            #expect(plan.status == 0, "\(plan.text)")
            let lines = plan.output.split(separator: "\n").map(String.init)
            func below(_ service: String) -> [String] {
                let rest = lines.drop { !$0.hasPrefix("  \(service)") }.dropFirst()
                return rest.prefix { $0.hasPrefix("      ") }.map { $0.trimmingCharacters(in: .whitespaces) }
            }
            #expect(
                below("a-fails") == [
                    "plan failed: 'plan' ended with 1", "kong.yaml:1:1: error: it cannot be read",
                ],
                "\(plan.text)")
            #expect(below("b-hangs").count == 1 && below("b-hangs")[0].hasPrefix("plan timed-out: "), "\(plan.text)")
            #expect(below("c-away") == ["plan unavailable: the engine is not there"])
            #expect(below("d-nonsense").first?.contains("WritingAPlugin.md") == true && below("d-nonsense").count == 1)
            #expect(below("e-good").count == 7)
            #expect(RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty)
            #expect(try await workspace.host("plan", "--json", with: ["DISPATCHER_PLAN_TIMEOUT": "2s"]).status == 0)
        }
    }

    /// Each waits until the other has begun.
    @Test func plansRunSideBySide() async throws {
        func meet(_ own: String, _ other: String) -> String {
            let place = "\"$RELEASES/../../../\(own)\""
            let mate = "\"$RELEASES/../../../\(other)\""
            return "touch \(place); until [ -e \(mate) ]; do sleep 0.1; done; echo '[]'\n"
        }
        try await Self.with(Self.folders(["a": meet("a-came", "b-came"), "b": meet("b-came", "a-came")])) {
            workspace in
            func statuses(_ parallel: String) async throws -> [String] {
                let plan = try await workspace.plan(
                    with: ["DISPATCHER_PLAN_TIMEOUT": "3s", "DISPATCHER_PARALLEL": parallel])
                return plan.services.compactMap { ($0["plan"] as? [String: Any])?["status"] as? String }
            }
            try FileManager.default.createDirectory(
                atPath: workspace.path(".deployer/releases"), withIntermediateDirectories: true)
            for name in ["a", "b"] {
                try FileManager.default.createDirectory(
                    atPath: workspace.path(".deployer/releases/\(name)"), withIntermediateDirectories: false)
            }
            #expect(try await statuses("1").first == "timed-out")
            for file in ["a-came", "b-came"] { try? FileManager.default.removeItem(atPath: workspace.path(file)) }
            #expect(try await statuses("2") == ["ok", "ok"])
        }
    }

    @Test func aPlanBesideABuildDisturbsNothingAndLeavesNothing() async throws {
        var files = Self.folder(
            "gw",
            plan:
                "echo \"[{\\\"action\\\":\\\"update\\\",\\\"subject\\\":\\\"$SCRATCH\\\"}]\"; touch \"$SCRATCH/planned\"\n"
        )
        // The second build waits for a word.
        files["repos/gw/kong-build"] =
            "if [ -e \"$SCRATCH/built\" ]; then until [ -e \"$SCRATCH/go\" ]; do sleep 0.1; done; fi; "
            + "cp \"$SOURCE/kong.yaml\" \"$SCRATCH/built\"\n"
        try await Self.with(files) { workspace in
            let daemon = try Daemon(workspace, ["DISPATCHER_INTERVAL": "1"])
            await daemon.says("1 succeeded")
            let revision = try await workspace.commit(["repos/gw/kong.yaml": "v2\n"])
            await eventually("the build is under way") {
                workspace.text("logs/latest.log")?.contains("build of gw begins (c2-1)") == true
            }
            let before = try Self.tree(workspace.path(".deployer"))
            let plan = try await workspace.host("plan")
            #expect(plan.output.hasPrefix(revision.short) && plan.output.contains("~ update"), "\(plan.text)")
            #expect(plan.output.contains("/worktrees/plan-"), "its scratch folder is one of its own: \(plan.text)")
            #expect(try Self.tree(workspace.path(".deployer")) == before)
            try workspace.write(".deployer/scratch/gw/go", "")
            await daemon.says("2 succeeded")
            #expect(workspace.text(".deployer/scratch/gw/built") == "v2\n")
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    /// What lies there that is not the history's or the output of the build under way.
    private static func tree(_ root: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root).filter {
            !$0.hasPrefix("history.") && !$0.hasPrefix("output/") && !$0.hasPrefix("plugins")
        }.sorted()
    }

    @Test func aPlanThatIsInterruptedEndsWhatItStartedAndLeavesNothing() async throws {
        try await Self.with(Self.folder("gw", plan: "sleep 300\n")) { workspace in
            #expect(try await workspace.once().status == 0)
            let plan = try Daemon(workspace, [:], ["plan"])
            await eventually("the stage runs") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty
            }
            #expect(workspace.names(".deployer/worktrees").contains("plan-\(plan.pid)"))
            plan.signal(SIGINT)
            #expect(await plan.end() == 130, "\(plan.text)")
            #expect(RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty)
            #expect(workspace.names(".deployer/worktrees").filter { $0.hasPrefix("plan-") } == [])

            // What a kill leaves is removed by the next plan.
            let killed = try Daemon(workspace, [:], ["plan"])
            await eventually("the stage runs") {
                !RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty
            }
            killed.signal(SIGKILL)
            _ = await killed.end()
            #expect(workspace.names(".deployer/worktrees").contains("plan-\(killed.pid)"))
            await eventually("its child ends with it") {
                RunningProcess.all(in: workspace.folder, running: "sleep 300").isEmpty
            }
            #expect(try await workspace.host("plan", "--quick").status == 0)
            #expect(workspace.names(".deployer/worktrees").filter { $0.hasPrefix("plan-") } == [])
            #expect(workspace.names(".git/worktrees").filter { $0.contains("plan") } == [])
        }
    }

    @Test func aServiceWithARepositoryOfItsOwnIsPlannedFromThat() async throws {
        let service = try await Scripted.services("remote")[0]
        try await Workspace.with([:]) { workspace in
            try await Scripted.install(in: workspace)
            let own = try await OwnRepository(workspace.folder + "/own.git", of: service)
            try await own.push(
                "remote 1", plan: #"echo "[{\"action\":\"update\",\"subject\":\"$(cat "$SOURCE/greeting")\"}]""#)
            try await workspace.commit(["deployer.yaml": own.configuration])
            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("~ update remote 1"), "\(plan.text)")
            #expect(workspace.names(".deployer/worktrees").filter { $0.hasPrefix("plan-") } == [])
        }
    }

    @Test func aServiceThatIsOnlyBuiltOrHeldIsNotAsked() async throws {
        var files = Self.folders(["a": Self.changes, "b": Self.changes])
        files["deployer.yaml"] = "services:\n  a: {kind: kong, stages: [build, test]}\n  b: {kind: nonesuch}\n"
        try await Self.with(files) { workspace in
            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("  a  deploy") && plan.output.contains("  b  held"), "\(plan.text)")
            #expect(!plan.output.contains("route 'orders'"), "\(plan.text)")
            #expect(try await workspace.plan().services.allSatisfy { $0["plan"] == nil })
        }
    }
}
