import Diagnostics
import MCP
import Model
import Synchronization
import Testing

@Suite struct ToolTests {
    @Test func everyToolSaysWhatItIsAndWhatItMayChange() {
        #expect(Set(AgentTool.all.map(\.name)).count == AgentTool.all.count)
        for tool in AgentTool.all {
            #expect(tool.input["type"] == .string("object") && tool.output["type"] == .string("object"), "\(tool.name)")
            #expect(tool.input["additionalProperties"] == .bool(false), "\(tool.name)")
            #expect(tool.description.hasSuffix("."), "\(tool.name)")
            // Whoever may only read cannot change anything, and nobody needs more than reading to look.
            #expect(tool.effects.isReadOnly == (tool.right == .read), "\(tool.name)")
            if tool.effects.isReadOnly { #expect(!tool.effects.isDestructive) }
            let names = Set(tool.input["properties"]?.members?.keys.map { $0 } ?? [])
            let required = (tool.input["required"]?.items ?? []).compactMap(\.string)
            #expect(names.isSuperset(of: required), "\(tool.name)")
        }
        #expect(
            Set(AgentTool.all.map(\.name)).isSuperset(of: [
                "list_services", "latest_report", "read_log", "read_diagnostics", "read_source", "submit_feedback",
                "read_verdict", "plan", "restart_service", "redeploy_service", "rollback_service", "pause_service",
                "resume_service",
            ]))
    }

    @Test(arguments: [
        ("read", 7), ("feedback", 1), ("operate", 5), ("read+feedback", 8), ("read+feedback+operate", 13),
    ]) func onlyGrantedToolsAreListedAndCanBeCalled(rights: String, count: Int) async throws {
        let rights = try #require(AgentRights(rights))
        let services = StubServices()
        let server = MCPServer(services: services, version: "1")
        let list = await server.answer(
            RPCRequest(id: .number(1), method: "tools/list"),
            CallContext(version: .v20260728, rights: rights, caller: "a test"))
        let listed = Set((list["result"]?["tools"]?.items ?? []).compactMap { $0["name"]?.string })
        #expect(listed.count == count)
        for tool in AgentTool.all where !listed.contains(tool.name) {
            let answer = await server.calling(
                tool.name, ["service": .string("a"), "reason": .string("b")], rights: rights)
            #expect(answer["error"]?["code"] == .integer(403), "\(tool.name)")
        }
        #expect(services.state.withLock { $0.submitted.isEmpty })
    }

    @Test func withoutTheRightToReadNothingIsRead() async {
        let server = MCPServer(services: StubServices(), version: "1")
        for method in ["resources/list", "resources/read", "resources/templates/list", "prompts/get"] {
            let answer = await server.answer(
                RPCRequest(id: .number(1), method: method, params: ["uri": .string("deployer://logs/latest")]),
                CallContext(version: .v20260728, rights: .feedback, caller: "a test"))
            #expect(answer["error"]?["code"] == .integer(403), "\(method)")
        }
    }

    /// What is wrong with arguments is the model's to correct: a result, no error of the protocol.
    @Test(
        arguments: [
            ("list_services", ["x": .integer(1)], "takes none"),
            ("read_log", ["limit": .integer(0)], "1 to 2000"), ("read_log", ["limit": .integer(2001)], "1 to 2000"),
            ("read_log", ["limit": .string("5")], "1 to 2000"), ("read_log", ["limit": .number(1.5)], "1 to 2000"),
            ("read_log", ["log": .integer(1)], "must be a text"),
            ("read_log", ["log": .string("none")], "no log 'none'"),
            ("read_log", ["lines": .integer(1)], "no argument 'lines'"),
            ("read_diagnostics", ["revision": .string("HEAD")], "seven digits"),
            ("read_diagnostics", ["revision": .string("abc")], "seven digits"),
            ("read_diagnostics", ["revision": .string("ABCDEF0123")], "seven digits"),
            ("read_diagnostics", ["service": .string("../x")], "no service name"),
            ("read_source", [:], "'path' is missing"), ("read_source", ["path": .null], "'path' is missing"),
            ("read_source", ["path": .string("a"), "first": .integer(5), "last": .integer(4)], "5 to"),
            ("read_source", ["path": .string("a"), "revision": .string("HEAD:dispatcher.env")], "seven digits"),
            ("read_verdict", ["id": .string("unknown")], "nothing is known"),
            ("submit_feedback", ["description": .string("x")], "'patch' is missing"),
            ("submit_feedback", ["patch": .string("x")], "'description' is missing"),
            ("submit_feedback", ["description": .string("x"), "patch": .integer(1)], "must be a text"),
            ("submit_feedback", ["description": .string("x"), "patches": .array([])], "list of objects"),
            ("submit_feedback", ["description": .string("x"), "patches": .array([.string("y")])], "list of objects"),
            (
                "submit_feedback", ["description": .string("x"), "patch": .string("y"), "patches": .array([])],
                "not both"
            ),
            (
                "submit_feedback", ["description": .string("x"), "patch": .string("y"), "dryRun": .string("yes")],
                "true or false"
            ),
            (
                "submit_feedback", ["description": .string("x"), "patch": .string("y"), "wait_seconds": .integer(601)],
                "0 to 600"
            ),
            (
                "submit_feedback", ["description": .string("x"), "patch": .string("y"), "action": .string("restart")],
                "no argument"
            ),
            ("restart_service", ["service": .string("a")], "'reason' is missing"),
            ("restart_service", ["service": .string("a"), "reason": .string("")], "are needed"),
        ] as [(String, [String: JSONValue], String)]) func whatIsWrongWithArgumentsIsSaid(
            tool: String, arguments: [String: JSONValue], words: String
        ) async
    {
        let services = StubServices()
        let answer = await MCPServer(services: services, version: "1").calling(tool, arguments)
        let text = answer["result"]?["content"]?.items?.first?["text"]?.string ?? ""
        #expect(answer["result"]?["isError"] == .bool(true) && text.contains(words), "\(answer)")
        #expect(answer["result"]?["structuredContent"] == nil)
        #expect(services.state.withLock { $0.submitted.isEmpty })
    }

    @Test func aPatchGoesIntoTheInboxAsItIs() async {
        let services = StubServices()
        let server = MCPServer(services: services, version: "1")
        let answer = await server.calling(
            "submit_feedback",
            [
                "description": .string("Repair it"), "patch": .string("--- a\n+++ b\n"), "base": .string("abc"),
                "dryRun": .bool(true), "wait_seconds": .integer(0), "target": .null,
            ])
        #expect(answer["result"]?["structuredContent"]?["state"] == .string("waiting"))
        let (documents, authors) = services.state.withLock { ($0.submitted, $0.authors) }
        #expect(authors == ["a test"])
        #expect(
            documents == [
                [
                    "description": .string("Repair it"), "patch": .string("--- a\n+++ b\n"), "base": .string("abc"),
                    "dryRun": .bool(true),
                ]
            ])
    }

    @Test(arguments: ["restart", "redeploy", "rollback", "pause", "resume"]) func anActionIsADocumentWithoutAPatch(
        action: String
    )
        async
    {
        let services = StubServices()
        let answer = await MCPServer(services: services, version: "1").calling(
            "\(action)_service", ["service": .string("shop"), "reason": .string("It hangs")])
        #expect(answer["result"]?["isError"] == .bool(false), "\(answer)")
        #expect(
            services.state.withLock { $0.submitted } == [
                ["action": .string(action), "target": .string("shop"), "description": .string("It hangs")]
            ])
    }

    @Test func aFailureOfTheWorkspaceIsToldWithItsRemedy() async {
        let services = StubServices {
            $0.failure = Failure(.init("git.gone"), "the clone is gone", remedy: "clone it again", cause: "internals")
        }
        let answer = await MCPServer(services: services, version: "1").calling("list_services")
        let text = answer["result"]?["content"]?.items?.first?["text"]?.string
        #expect(answer["result"]?["isError"] == .bool(true) && text == "the clone is gone; clone it again")
    }

    @Test(
        arguments: [
            ["name": .string("nothing")], ["name": .integer(1)], [:],
            ["name": .string("list_services"), "arguments": .array([])],
            ["name": .string("list_services"), "arguments": .string("{}")],
        ] as [[String: JSONValue]]) func whatIsNoCallIsAnErrorOfTheProtocol(params: [String: JSONValue]) async
    {
        let answer = await MCPServer(services: StubServices(), version: "1").answer(
            RPCRequest(id: .number(1), method: "tools/call", params: params),
            CallContext(version: .v20260728, rights: .all, caller: "a test"))
        #expect(answer["error"]?["code"] == .integer(-32602), "\(answer)")
    }
}
