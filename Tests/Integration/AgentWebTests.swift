import Foundation
import Model
import Testing

/// The daemon's HTTP endpoint: the official Python SDK as its client, and requests that no client would send.
@Suite(.serialized) struct AgentWebTests {
    static let token = "reader-" + String(repeating: "0123456789abcdef", count: 3)
    static let sender = "sender-" + String(repeating: "0123456789abcdef", count: 3)

    /// A daemon with an endpoint, over a service that does not build.
    static func serving(_ body: (Workspace, Scripted, Daemon, Int) async throws -> Void) async throws {
        let service = try await Scripted.services("alpha")[0]
        let port = try Web.freePorts(1)[0]
        var files = service.files("alpha 1")
        files[service.path("source.txt")] = Scripted.brokenSource
        let settings = [
            "DISPATCHER_USE_PRS": "0", "DISPATCHER_INTERVAL": "1", "DISPATCHER_WEB_LISTEN": "127.0.0.1:\(port)",
            "DISPATCHER_WEB_ORIGINS": "https://tools.example.org",
        ]
        try await Workspace.with(files, environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            try workspace.write(
                "dispatcher.env", "DISPATCHER_WEB_TOKENS=looker:read:\(token),author:read+feedback:\(sender)\n",
                mode: 0o600)
            let daemon = try Daemon(workspace)
            await daemon.says("agents may ask at http://127.0.0.1:\(port)/mcp")
            await daemon.says("cycle 1 failed")
            try await body(workspace, service, daemon, port)
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    @Test(.enabled(if: AgentClient.isInstalled, AgentClient.absence)) func anAgentRepairsAServiceOverHTTP() async throws
    {
        try await Self.serving { workspace, service, daemon, port in
            let patch = try await workspace.patch(service.path("source.txt"), to: Scripted.source)
            let sending: [[String: Any]] = [
                ["tools": true],
                [
                    "call": "submit_feedback",
                    "arguments": ["description": "Say numbers only", "patch": patch, "id": "numbers"],
                ],
            ]
            for mode in ["auto", "legacy"] {
                let answers = try await AgentClient.talk(
                    port: port, token: Self.token, mode,
                    sending + [
                        ["call": "list_services"], ["call": "latest_report"], ["resources": true],
                        ["read": "deployer://reports/latest"], ["prompt": "repair_failure"],
                        ["call": "plan", "arguments": ["quick": true]],
                    ])
                #expect(answers.version == (mode == "auto" ? "2026-07-28" : "2025-11-25"))
                // Whoever may only read has no such tool.
                #expect((answers.steps[0]["tools"] as? [Any])?.count == 7 && answers.code(1) == 403)
                #expect(try answers.content(2)["daemonRunning"] as? Bool == true)
                #expect(try answers.content(3)["found"] as? Bool == true)
                #expect(
                    answers.text(5).contains("'wrong' is no number") && answers.text(6).contains("'wrong' is no number")
                )
                #expect(try answers.content(7)["revision"] as? String == (try await workspace.tip())?.hex)
            }
            let answers = try await AgentClient.talk(port: port, token: Self.sender, "auto", sending)
            #expect((answers.steps[0]["tools"] as? [Any])?.count == 8)
            let verdict = try #require(try answers.content(1)["verdict"] as? [String: Any], "\(answers.steps[1])")
            #expect(verdict["decision"] as? String == "applied", "\(verdict)")
            await service.answers("alpha 1")
            #expect(daemon.text.contains("feedback 'numbers' came from author"))
            #expect(!daemon.text.contains(Self.sender) && !daemon.text.contains(Self.token))
        }
    }

    private static let usual = [
        "Authorization": "Bearer \(token)", "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    ]
    private static let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#

    private static func request(
        _ changes: [String: String?] = [:], _ more: [String: Any] = [:]
    ) -> [String: Any] {
        var headers = usual
        for (name, value) in changes { headers[name] = value }
        return ["headers": headers, "body": list].merging(more) { $1 }
    }

    @Test func whoeverMayNotAskIsNotAnswered() async throws {
        try await Self.serving { _, _, daemon, port in
            let cases: [(request: [String: Any], statuses: Set<Int>)] = [
                (Self.request(), [200]), (Self.request(["Authorization": nil]), [401]),
                (Self.request(["Authorization": "Bearer \(String(repeating: "x", count: 55))"]), [401]),
                (Self.request(["Origin": "https://evil.example"]), [403]),
                (Self.request(["Origin": "http://127.0.0.1:\(port)", "Authorization": nil]), [403]),
                (Self.request(["Origin": "https://tools.example.org"]), [200]),
                (Self.request([:], ["method": "GET"]), [405]), (Self.request([:], ["method": "DELETE"]), [405]),
                (Self.request([:], ["path": "/"]), [404]), (Self.request([:], ["path": "/mcp/"]), [404]),
                (Self.request([:], ["path": "/mcp/../mcp"]), [404]), (Self.request([:], ["path": "/mcp?x=1"]), [200]),
                (Self.request(["Content-Type": "text/plain"]), [415]),
                (Self.request([:], ["more": [["Authorization", "Bearer x"]]]), [400]),
                (Self.request([:], ["chunked": true]), [200]),
                // White space behind a message is none of it.
                (Self.request([:], ["fill": 1 << 20]), [200]),
                (Self.request([:], ["fill": 5 << 20]), [413, 0]),
                (Self.request([:], ["fill": 40 << 20, "chunked": true]), [413, 0]),
                (Self.request(["Authorization": nil], ["fill": 5 << 20]), [401, 0]),
                (Self.request(["X-Long": String(repeating: "x", count: 100_000)]), [400, 431, 0]),
                (Self.request(), [200]),
            ]
            let answers = try await AgentClient.raw(port: port, cases.map(\.request))
            #expect(answers.count == cases.count)
            for (index, (answer, one)) in zip(answers, cases).enumerated() {
                let status = answer["status"] as? Int ?? -1
                #expect(one.statuses.contains(status), "\(index): \(answer)")
                let headers = answer["headers"] as? [String: String] ?? [:]
                #expect(headers["mcp-session-id"] == nil && headers["access-control-allow-origin"] == nil)
                if status == 401 { #expect(headers["www-authenticate"]?.hasPrefix("Bearer") == true) }
                if status == 405 { #expect(headers["allow"] == "POST") }
            }
            #expect(!daemon.text.contains(Self.token))
        }
    }

    /// Whoever hangs up is not waited for, and whoever waits does not keep the daemon from ending.
    @Test func waitingRequestsEndWithTheirConnectionAndWithTheDaemon() async throws {
        try await Self.serving { workspace, service, daemon, port in
            // Something that stays undecided: the remote is away.
            try FileManager.default.moveItem(atPath: workspace.originPath, toPath: workspace.originPath + ".away")
            let patch =
                "--- a/\(service.path("source.txt"))\n+++ b/\(service.path("source.txt"))\n@@ -4 +4 @@\n-wrong\n+four\n"
            let call: [String: Any] = [
                "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": [
                    "name": "submit_feedback",
                    "arguments": ["description": "x", "patch": patch, "id": "stays", "wait_seconds": 600],
                ],
            ]
            let body = String(decoding: try JSONSerialization.data(withJSONObject: call), as: UTF8.self)
            let headers = Self.usual.merging(["Authorization": "Bearer \(Self.sender)"]) { $1 }
            let hung = try await AgentClient.raw(
                port: port, [["headers": headers, "body": body, "hang_up": 2], Self.request()])
            #expect(hung.last?["status"] as? Int == 200)
            #expect(workspace.exists("feedback/stays.json"))

            let waiting = Task { [port] in
                try await AgentClient.raw(port: port, [["headers": headers, "body": body]]).first?["status"] as? Int
            }
            try await Task.sleep(for: .seconds(2))
            let begun = ContinuousClock.now
            #expect(await daemon.stop() == 0)
            #expect(ContinuousClock.now - begun < .seconds(20))
            _ = try await waiting.value
            try FileManager.default.moveItem(atPath: workspace.originPath + ".away", toPath: workspace.originPath)
        }
    }

    @Test func aPortThatIsTakenIsSaidAndNothingIsHalfAlive() async throws {
        try await Self.serving { workspace, _, _, port in
            let service = try await Scripted.services("beta")[0]
            try await Workspace.with(
                service.files("beta 1"), environment: ["DISPATCHER_WEB_LISTEN": "127.0.0.1:\(port)"]
            ) { other in
                try await Scripted.install(in: other)
                let daemon = try Daemon(other)
                #expect(await daemon.end() == 1)
                #expect(daemon.text.contains("cannot listen on 127.0.0.1, port \(port)"), "\(daemon.text)")
                #expect(daemon.text.contains("DISPATCHER_WEB_TOKENS is not set: nobody may ask"))
            }
        }
    }

    /// The port is the machine's to open.
    @Test func aCommitCannotOpenThePort() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files["deployer.yaml"] = "web:\n  listen: 0.0.0.0:8787\n"
        try await Workspace.with(files) { workspace in
            let config = try await workspace.host("config")
            #expect(config.status == 2 && config.errors.contains("web"), "\(config.text)")
            #expect(config.output.contains("web-listen") && !config.output.contains("8787"))
        }
    }
}
