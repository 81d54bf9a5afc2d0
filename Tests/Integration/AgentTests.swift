import Foundation
import Git
import Model
import Testing

/// The official Python SDK talks to the real program over standard input and output.
@Suite(.serialized, .enabled(if: AgentClient.isInstalled, AgentClient.absence)) struct AgentTests {
    /// A workspace whose one service does not build, after a cycle that found out.
    static func broken(
        _ environment: [String: String] = [:], _ body: (Workspace, Scripted, Revision) async throws -> Void
    ) async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files[service.path("source.txt")] = Scripted.brokenSource
        try await Workspace.with(files, environment: environment) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 1)
            try await body(workspace, service, try #require(try await workspace.tip()))
        }
    }

    @Test(arguments: ["auto", "legacy"]) func anAgentSeesWhatThereIs(mode: String) async throws {
        try await Self.broken { workspace, service, tip in
            let answers = try await AgentClient.talk(
                workspace, mode,
                [
                    ["tools": true], ["call": "list_services"],
                    ["call": "latest_report", "arguments": ["service": "alpha"]],
                    ["call": "read_log", "arguments": ["offset": -5]],
                    ["call": "read_diagnostics", "arguments": ["revision": String(tip.hex.prefix(10))]],
                    [
                        "call": "read_source",
                        "arguments": ["path": "source.txt", "service": "alpha", "first": 4, "last": 4],
                    ],
                    ["call": "plan"], ["resources": true], ["templates": true], ["read": "deployer://reports/latest"],
                    ["read": "deployer://logs/latest"], ["prompts": true], ["prompt": "repair_failure"],
                    ["call": "read_verdict", "arguments": ["id": "nobody"]],
                    ["call": "read_log", "arguments": ["limit": 0]],
                    ["call": "nothing"],
                ])
            #expect(answers.version == (mode == "auto" ? "2026-07-28" : "2025-11-25"))
            #expect((answers.steps[0]["tools"] as? [Any])?.count == 13)
            let services = try answers.content(1)["services"] as? [[String: Any]]
            #expect(
                services?.first?["service"] as? String == "alpha" && services?.first?["state"] as? String == "failed")
            let report = try #require(try answers.content(2)["report"] as? [String: Any])
            #expect(report["revision"] as? String == tip.hex && report["stage"] as? String == "build")
            #expect((report["diagnostics"] as? [[String: Any]])?.first?["message"] as? String == "'wrong' is no number")
            let log = try answers.content(3)
            #expect(log["count"] as? Int == 5 && (log["text"] as? String)?.hasPrefix("----- begin log build-") == true)
            let found = try answers.content(4)
            #expect(found["revision"] as? String == tip.hex && found["omitted"] as? Int == 0, "\(found)")
            let source = try answers.content(5)
            #expect(source["text"] as? String == "wrong" && source["total"] as? Int == 5)
            #expect(source["path"] as? String == service.path("source.txt"))
            #expect(try answers.content(6)["revision"] as? String == tip.hex)
            let uris = (answers.steps[7]["resources"] as? [[String: Any]] ?? []).compactMap { $0["uri"] as? String }
            #expect(
                uris.contains { $0.hasPrefix("deployer://reports/") }
                    && uris.contains { $0.hasPrefix("deployer://logs/build-") })
            #expect((answers.steps[8]["resourceTemplates"] as? [Any])?.count == 2)
            #expect(answers.text(9).contains(tip.hex) && answers.text(10).contains("'wrong' is no number"))
            #expect((answers.steps[11]["prompts"] as? [Any])?.count == 1)
            #expect(answers.text(12).contains("'wrong' is no number") && answers.text(12).contains("submit_feedback"))
            #expect(answers.steps[13]["isError"] as? Bool == true && answers.steps[14]["isError"] as? Bool == true)
            #expect(answers.code(15) == -32602)
        }
    }

    @Test func whoMayOnlyReadIsOfferedNothingElse() async throws {
        try await Self.broken { workspace, service, _ in
            let answers = try await AgentClient.talk(
                workspace, "auto", arguments: ["--read-only"],
                [
                    ["tools": true],
                    ["call": "submit_feedback", "arguments": ["description": "x", "patch": "y", "wait_seconds": 0]],
                    ["call": "restart_service", "arguments": ["service": "alpha", "reason": "x"]],
                ])
            let tools = (answers.steps[0]["tools"] as? [[String: Any]] ?? [])
            #expect(tools.count == 7)
            for tool in tools { #expect((tool["annotations"] as? [String: Any])?["readOnlyHint"] as? Bool == true) }
            #expect(answers.code(1) == 403 && answers.code(2) == 403)
            #expect(workspace.names("feedback").filter { $0.hasSuffix(".json") }.isEmpty)
        }
    }

    /// The whole loop: read what is wrong, send the patch, read the verdict; the daemon deploys it.
    @Test func anAgentRepairsAService() async throws {
        let settings = ["DISPATCHER_USE_PRS": "0", "DISPATCHER_INTERVAL": "1"]
        try await Self.broken(settings) { workspace, service, tip in
            let daemon = try Daemon(workspace)
            await daemon.says("watching")
            let patch = try await workspace.patch(service.path("source.txt"), to: Scripted.source)
            let worse = try await workspace.patch(service.path("source.txt"), to: "wrong\n" + Scripted.brokenSource)
            let answers = try await AgentClient.talk(
                workspace, "auto",
                [
                    [
                        "call": "submit_feedback",
                        "arguments": [
                            "description": "Make it worse", "patch": worse, "id": "worse", "wait_seconds": 60,
                        ],
                    ],
                    [
                        "call": "submit_feedback",
                        "arguments": [
                            "description": "Say numbers only", "patch": patch, "base": tip.hex, "id": "numbers",
                            "wait_seconds": 60,
                        ],
                    ],
                    ["call": "read_verdict", "arguments": ["id": "numbers"]],
                ])
            let rejected = try #require(try answers.content(0)["verdict"] as? [String: Any])
            #expect(rejected["decision"] as? String == "rejected", "\(rejected)")
            #expect(try answers.content(1)["state"] as? String == "decided")
            for step in 1...2 {
                let verdict = try #require(
                    try answers.content(step)["verdict"] as? [String: Any], "\(answers.steps[step])")
                #expect(verdict["decision"] as? String == "applied", "\(verdict)")
            }
            await service.answers("alpha 1")
            #expect(daemon.text.contains("feedback 'numbers' ") || daemon.text.contains("feedback 'numbers':"))
            #expect(await daemon.stop() == 0)
        }
    }

    /// Nothing of the machine's own can be had by any way of writing its name, and no secret comes through.
    @Test func whatIsNotForAgentsCannotBeHad() async throws {
        let secret = "a-secret-token-of-the-machine"
        try await Self.broken { workspace, service, _ in
            try workspace.write("dispatcher.env", "GITHUB_TOKEN=\(secret)\n", mode: 0o600)
            // Also where a commit holds such a text, or a link to what it may not show.
            try await workspace.commit([service.path("leak.txt"): "token=\(secret)"])
            try await workspace.commit(
                [service.path("link"): "../../dispatcher.env"], modes: [service.path("link"): .symbolicLink])
            _ = try await workspace.once()
            let paths = [
                "dispatcher.env", "./dispatcher.env", "repos/../dispatcher.env", "/etc/passwd", "../origin.git/HEAD",
                ".deployer/history.sqlite", ".git/config", ".GIT/config", "repos/alpha/../../dispatcher.env",
                "Dispatcher.ENV",
                "repos//alpha/source.txt", "repos/alpha/source.txt\u{0}", "repos\\alpha", "", ".", "repos/alpha/link",
                "repos/alpha",
                service.path("link"), "git~1/config", ".deployer./x",
            ]
            var steps: [[String: Any]] = paths.map { ["call": "read_source", "arguments": ["path": $0]] }
            let logs = [
                "../dispatcher.env", "/etc/passwd", "latest/../x", "build-..", "runtime-../../dispatcher",
                "build-\u{0}", "",
            ]
            steps += logs.map { ["call": "read_log", "arguments": ["log": $0]] }
            let revisions = ["HEAD", "HEAD:dispatcher.env", "refs/heads/main", "--all", "0000000", "@{-1}"]
            steps += revisions.map {
                ["call": "read_source", "arguments": ["path": service.path("source.txt"), "revision": $0]]
            }
            let refused = steps.count
            steps.append(["call": "read_source", "arguments": ["path": service.path("leak.txt")]])
            steps.append(["call": "list_services"])
            let answers = try await AgentClient.talk(workspace, "auto", steps)
            for (index, step) in answers.steps.prefix(refused).enumerated() {
                #expect(step["isError"] as? Bool == true, "\(steps[index]): \(step)")
            }
            #expect(try answers.content(refused)["text"] as? String == "token=***")
            for step in answers.steps { #expect(!"\(step)".contains(secret)) }
        }
    }
}
