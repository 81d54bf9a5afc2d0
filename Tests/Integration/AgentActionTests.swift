import Foundation
import Model
import Testing

/// What an agent may have done: dry runs and actions through a running daemon up to their verdicts, over both ways in, with the
/// official Python SDK as the client.
@Suite(.serialized, .enabled(if: AgentClient.isInstalled, AgentClient.absence)) struct AgentActionTests {
    private static let reader = "reader-" + String(repeating: "0123456789abcdef", count: 3)
    private static let author = "author-" + String(repeating: "0123456789abcdef", count: 3)
    private static let desk = "desk---" + String(repeating: "0123456789abcdef", count: 3)

    /// Carries out steps: over a child's standard input and output, or over HTTP with a token.
    private enum Way: CustomStringConvertible {
        case stdio(mode: String)
        case http(mode: String, token: String)
        var description: String {
            switch self {
            case .stdio(let mode): "stdio, \(mode)"
            case .http(let mode, let token): "http, \(mode), \(token.prefix(6))"
            }
        }
    }

    /// A daemon over a service that was deployed twice.
    private static func serving(
        _ body: (Workspace, Scripted, Daemon, (Way, [[String: Any]]) async throws -> AgentClient.Answers) async throws
            -> Void
    ) async throws {
        let service = try await Scripted.services("alpha")[0]
        let port = try Web.freePorts(1)[0]
        let settings = [
            "DISPATCHER_USE_PRS": "0", "DISPATCHER_INTERVAL": "1", "DISPATCHER_WEB_LISTEN": "127.0.0.1:\(port)",
        ]
        try await Workspace.with(service.files("alpha 1"), environment: settings) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("greeting"): "alpha 2"])
            try workspace.write(
                "dispatcher.env",
                "DISPATCHER_WEB_TOKENS=looker:read:\(reader),author:read+feedback:\(author),desk:read+operate:\(desk)\n",
                mode: 0o600)
            let daemon = try Daemon(workspace)
            await daemon.says("agents may ask at http://127.0.0.1:\(port)/mcp")
            await service.answers("alpha 2")
            try await body(workspace, service, daemon) { way, steps in
                switch way {
                case .stdio(let mode): try await AgentClient.talk(workspace, mode, steps)
                case .http(let mode, let token): try await AgentClient.talk(port: port, token: token, mode, steps)
                }
            }
            #expect(await daemon.stop() == 0, "\(daemon.text)")
        }
    }

    private static func act(_ tool: String, _ reason: String = "It is needed") -> [String: Any] {
        ["call": "\(tool)_service", "arguments": ["service": "alpha", "reason": reason, "wait_seconds": 60]]
    }
    private static func verdict(_ answers: AgentClient.Answers, _ index: Int) throws -> [String: Any] {
        try #require(try answers.content(index)["verdict"] as? [String: Any], "\(answers.steps[index])")
    }

    @Test func aDryRunIsVerifiedAndPublishesNothing() async throws {
        try await Self.serving { workspace, service, _, talk in
            let tip = try #require(try await workspace.tip())
            let right = try await workspace.patch(service.path("source.txt"), to: "one\ntwo\n")
            let wrong = try await workspace.patch(service.path("source.txt"), to: Scripted.brokenSource)
            func submit(_ patch: String, _ words: String) -> [String: Any] {
                [
                    "call": "submit_feedback",
                    "arguments": [
                        "description": words, "patch": patch, "base": tip.hex, "dryRun": true, "wait_seconds": 60,
                    ],
                ]
            }
            for way in [
                Way.stdio(mode: "auto"), .http(mode: "auto", token: Self.author),
                .http(mode: "legacy", token: Self.author),
            ] {
                let answers = try await talk(
                    way, [submit(right, "Count to two (\(way))"), submit(wrong, "Break it (\(way))")])
                #expect(answers.version == ("\(way)".contains("auto") ? "2026-07-28" : "2025-11-25"))
                let verified = try Self.verdict(answers, 0)
                #expect(
                    verified["decision"] as? String == "verified" && verified["dryRun"] as? Bool == true,
                    "\(way): \(verified)")
                let rejected = try Self.verdict(answers, 1)
                #expect(rejected["decision"] as? String == "rejected", "\(way): \(rejected)")
                #expect(
                    (rejected["introduced"] as? [[String: Any]])?.first?["message"] as? String == "'wrong' is no number"
                )
            }
            #expect(try await workspace.tip() == tip)
            await service.answers("alpha 2")
        }
    }

    @Test func actionsAreAcceptedAndCarriedOut() async throws {
        try await Self.serving { workspace, service, daemon, talk in
            for way in [Way.stdio(mode: "auto"), .http(mode: "legacy", token: Self.desk)] {
                let answers = try await talk(
                    way,
                    [
                        Self.act("restart", "restart (\(way))"), Self.act("pause"), Self.act("resume"),
                        Self.act("redeploy"),
                    ])
                for (index, action) in ["restart", "pause", "resume", "redeploy"].enumerated() {
                    let verdict = try Self.verdict(answers, index)
                    #expect(verdict["decision"] as? String == "accepted", "\(way), \(action): \(verdict)")
                    #expect(verdict["action"] as? String == action && verdict["service"] as? String == "alpha")
                }
            }
            await eventually("both are carried out") {
                let logs = workspace.names("logs").compactMap { workspace.text("logs/\($0)") }
                return ["restart: asked for by feedback 'restart-", "due: asked for by feedback 'redeploy-"].allSatisfy
                { words in
                    logs.contains { $0.contains(words) }
                }
            }
            let answers = try await talk(
                .http(mode: "auto", token: Self.desk), [Self.act("rollback", "It eats all memory")])
            #expect(try Self.verdict(answers, 0)["decision"] as? String == "accepted", "\(answers.steps)")
            await service.answers("alpha 1")
            #expect(daemon.text.contains("came from desk"))
        }
    }

    /// Each token does what it is for: refused is refused before a file lies in the inbox.
    @Test func aTokenWithoutTheRightIsRefused() async throws {
        try await Self.serving { workspace, service, daemon, talk in
            let patch = try await workspace.patch(service.path("source.txt"), to: "one\n")
            let submit: [String: Any] = [
                "call": "submit_feedback",
                "arguments": ["description": "x", "patch": patch, "dryRun": true, "wait_seconds": 0],
            ]
            let actions = ["restart", "redeploy", "rollback", "pause", "resume"].map { Self.act($0) }
            for (mode, token, refused, tools) in [
                ("auto", Self.reader, [submit] + actions, 7), ("legacy", Self.author, actions, 8),
                ("auto", Self.desk, [submit], 12),
            ] {
                let answers = try await talk(.http(mode: mode, token: token), refused + [["tools": true]])
                for index in refused.indices {
                    #expect(answers.code(index) == 403, "\(token.prefix(6)), \(index): \(answers.steps[index])")
                }
                #expect((answers.steps.last?["tools"] as? [Any])?.count == tools, "\(token.prefix(6))")
            }
            #expect(!daemon.text.contains("came from"))
            #expect(workspace.names("feedback").filter { $0.hasSuffix(".json") }.isEmpty)
            await service.answers("alpha 2")
        }
    }

    /// Many at one time are all answered, each with its own answer.
    @Test func manyRequestsAtOneTimeAreAllAnswered() async throws {
        try await Self.serving { workspace, service, _, talk in
            let lines = 1...5
            let steps = (0..<25).map { index -> [String: Any] in
                let line = index % lines.count + 1
                return [
                    "call": "read_source",
                    "arguments": ["path": "source.txt", "service": "alpha", "first": line, "last": line],
                ]
            }
            let words = ["one", "two", "three", "four", "five"]
            for way in [
                Way.stdio(mode: "auto"), .http(mode: "auto", token: Self.reader),
                .http(mode: "legacy", token: Self.reader),
            ] {
                let answers = try await talk(way, [["together": steps]])
                let together = try #require(
                    answers.steps[0]["together"] as? [[String: Any]], "\(way): \(answers.steps)")
                let texts = together.map { ($0["structuredContent"] as? [String: Any])?["text"] as? String }
                #expect(texts == (0..<25).map { words[$0 % words.count] }, "\(way): \(together.first ?? [:])")
            }
        }
    }
}
