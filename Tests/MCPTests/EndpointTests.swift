import MCP
import Model
import Synchronization
import Testing

@Suite struct EndpointTests {
    static let token = String(repeating: "r", count: 40)
    static let operating = String(repeating: "o", count: 40)

    static func endpoint(_ services: StubServices = StubServices()) -> MCPEndpoint {
        MCPEndpoint(
            server: MCPServer(services: services, version: "1"),
            tokens: AccessTokens([
                .init(name: "reader", rights: .read, token: token),
                .init(name: "operator", rights: .all, token: operating),
            ]), origins: ["https://tools.example.org"])
    }

    static let usual = [
        "authorization": "Bearer \(token)", "content-type": "application/json",
        "accept": "application/json, text/event-stream",
    ]

    /// The answer to a body under some headers; nil takes a header away.
    static func ask(
        _ body: String, _ changes: [String: String?] = [:], method: String = "POST", more: [(String, String)] = [],
        _ services: StubServices = StubServices()
    ) async -> MCPEndpoint.Answer {
        var fields = usual
        for (name, value) in changes { fields[name] = value }
        let list = fields.map { (name: $0.key, value: $0.value) } + more.map { (name: $0.0, value: $0.1) }
        let question = MCPEndpoint.Question(method: method, headers: HTTPFieldList(list))
        let endpoint = endpoint(services)
        switch endpoint.admit(question) {
        case .refused(let answer): return answer
        case .admitted(let entry): return await endpoint.answer(question, Array(body.utf8), as: entry)
        }
    }

    static func modern(_ method: String, _ name: String? = nil) -> [String: String?] {
        ["mcp-protocol-version": "2026-07-28", "mcp-method": method, "mcp-name": name]
    }

    private static func json(_ answer: MCPEndpoint.Answer) -> JSONValue? {
        guard let text = try? RPCMessage.read(answer.body) else { return nil }
        switch text {
        case .single(let value): return value
        case .batch(let values): return .array(values)
        }
    }

    private static let discover = text(Modern.message("server/discover"))
    private static func text(_ value: JSONValue) -> String { String(decoding: RPCAnswer.bytes(value), as: UTF8.self) }

    @Test func theNewestVersionIsSpoken() async {
        let answer = await Self.ask(Self.discover, Self.modern("server/discover"))
        #expect(answer.status == 200 && Self.json(answer)?["result"]?["resultType"] == .string("complete"))
        let call = await Self.ask(
            Self.text(Modern.call("list_services")), Self.modern("tools/call", "list_services"))
        #expect(call.status == 200 && Self.json(call)?["result"]?["isError"] == .bool(false))
    }

    @Test(arguments: ["GET", "DELETE", "PUT", "OPTIONS", "HEAD", "PATCH"]) func whatIsNotOfferedIsNotAllowed(
        method: String
    ) async {
        let answer = await Self.ask("", method: method)
        #expect(answer.status == 405 && answer.headers["Allow"] == "POST")
    }

    /// DNS rebinding: a page of anybody's asks a name that leads to this machine.
    @Test(arguments: [
        ("https://evil.example", 403), ("http://127.0.0.1:8787", 403), ("http://localhost", 403), ("null", 403),
        ("", 403),
        ("https://tools.example.org.evil.example", 403), ("http://tools.example.org", 403),
        ("https://tools.example.org:8443", 403), ("HTTPS://TOOLS.EXAMPLE.ORG", 403),
        ("https://tools.example.org/", 403),
        ("https://tools.example.org", 200),
    ]) func onlyNamedOriginsMayAsk(origin: String, status: Int) async {
        let answer = await Self.ask(
            Self.discover, Self.modern("server/discover").merging(["origin": origin]) { $1 })
        #expect(answer.status == status)
        // Before anything else is looked at: who may not ask does not learn whether a token is right.
        if status == 403 {
            #expect(await Self.ask("", ["origin": origin, "authorization": nil], method: "GET").status == 403)
        }
    }

    @Test(
        arguments: [
            nil, "", "Bearer", "Bearer ", "Bearer wrong", "Basic \(token)", token, "Bearer \(token)x",
            "Bearer \(String(token.dropLast()))", "Bearer \(token.uppercased())", "Bearer \(token),\(operating)",
            "Bearer \(token) \(token)",
        ] as [String?]) func withoutATokenNothingIsAnswered(authorization: String?) async
    {
        let answer = await Self.ask(
            Self.discover, Self.modern("server/discover").merging(["authorization": authorization]) { $1 })
        #expect(answer.status == 401)
        // Without an id: nothing of the body was read (MCP, basic/transports, "Sending Messages": an error "that has no id").
        #expect(Self.json(answer)?["error"]?["code"] == .integer(401) && Self.json(answer)?["id"] == nil)
        #expect(answer.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("supportedVersions"))
    }

    @Test func theSchemeIsReadInAnyCase() async {
        let answer = await Self.ask(
            Self.discover, Self.modern("server/discover").merging(["authorization": "bearer  \(Self.token)"]) { $1 })
        #expect(answer.status == 200)
    }

    @Test func aTokenDoesWhatItIsForAndNoMore() async {
        let services = StubServices()
        let body = Self.text(Modern.call("restart_service", ["service": .string("a"), "reason": .string("b")]))
        let headers = Self.modern("tools/call", "restart_service")
        let refused = await Self.ask(body, headers, services)
        #expect(refused.status == 403)
        #expect(refused.headers["WWW-Authenticate"] == #"Bearer error="insufficient_scope", scope="operate""#)
        #expect(services.state.withLock { $0.submitted.isEmpty })
        let done = await Self.ask(
            body, headers.merging(["authorization": "Bearer \(Self.operating)"]) { $1 }, services)
        #expect(done.status == 200 && services.state.withLock { $0.authors } == ["operator"])
    }

    @Test(
        arguments: [
            ("content-type", "text/plain", 415), ("content-type", nil, 415), ("content-type", "application/jsonx", 415),
            ("content-type", "Application/JSON; charset=utf-8", 200), ("accept", "text/html", 406),
            ("accept", "text/event-stream", 406), ("accept", "application/json", 200), ("accept", nil, 200),
            ("accept", "*/*", 200),
            ("mcp-protocol-version", nil, 400), ("mcp-protocol-version", "2025-11-25", 400),
            ("mcp-protocol-version", "2026-07-28 ", 400), ("mcp-method", nil, 400), ("mcp-method", "tools/list", 400),
            ("mcp-method", "Server/Discover", 400), ("mcp-session-id", "whatever", 200), ("last-event-id", "5", 200),
        ] as [(String, String?, Int)]) func headersAreChecked(name: String, value: String?, status: Int) async
    {
        let answer = await Self.ask(Self.discover, Self.modern("server/discover").merging([name: value]) { $1 })
        #expect(answer.status == status, "\(name): \(value ?? "-")")
        if name.hasPrefix("mcp-"), status == 400 { #expect(Self.json(answer)?["error"]?["code"] == .integer(-32020)) }
        // No session is made, in any version.
        #expect(answer.headers.keys.allSatisfy { $0.lowercased() != "mcp-session-id" })
    }

    @Test(
        arguments: [
            ("read_source", 200), ("=?base64?cmVhZF9zb3VyY2U=?=", 200), ("read_log", 400), (nil, 400),
            ("READ_SOURCE", 400),
            ("=?base64?cmVhZF9zb3VyY2U?=", 400), ("=?base64?cmVhZF9zb3VyY2V=?=", 400), ("=?base64?####?=", 400),
            ("=?base64??=", 400),
        ] as [(String?, Int)]) func theNameInTheHeaderIsTheOneInTheBody(name: String?, status: Int) async
    {
        let answer = await Self.ask(
            Self.text(Modern.call("read_source", ["path": .string("a")])), Self.modern("tools/call", name))
        #expect(answer.status == status, "\(name ?? "-")")
        if status == 400 { #expect(Self.json(answer)?["error"]?["code"] == .integer(-32020)) }
    }

    @Test(arguments: ["origin", "authorization", "mcp-method", "mcp-protocol-version", "content-type", "mcp-name"])
    func aHeaderThatComesTwiceContradictsItself(name: String) async {
        for more in [[(name, "x"), (name, "x")], [(name.uppercased(), "x"), (name, "y")]] {
            #expect(await Self.ask(Self.discover, [name: nil], more: more).status == 400, "\(name)")
        }
    }

    @Test(arguments: [
        ("", 400, -32700), ("{", 400, -32700), ("[]", 400, -32600),
        (#"{"jsonrpc":"2.0","id":{},"method":"x"}"#, 400, -32600),
    ]) func whatIsMalformedIsABadRequest(body: String, status: Int, code: Int64) async {
        let answer = await Self.ask(body)
        #expect(answer.status == status && Self.json(answer)?["error"]?["code"] == .integer(code))
    }

    @Test func notificationsAreTakenAndNotAnswered() async {
        for body in [
            #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        ] {
            let answer = await Self.ask(body, ["mcp-protocol-version": "2025-06-18"])
            #expect(answer == MCPEndpoint.Answer(status: 202))
        }
    }

    @Test(
        arguments: [
            (nil, 200, "2025-03-26"), ("2025-03-26", 200, ""), ("2025-06-18", 200, ""), ("2025-11-25", 200, ""),
            ("2024-11-05", 400, ""), ("1900-01-01", 400, ""), ("2026-07-28", 400, ""),
        ] as [(String?, Int, String)]) func olderClientsSayTheirVersionInTheHeader(
            version: String?, status: Int, _: String
        ) async
    {
        let answer = await Self.ask(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, ["mcp-protocol-version": version])
        #expect(answer.status == status, "\(version ?? "-")")
        let result = Self.json(answer)?["result"]
        #expect((result != nil) == (status == 200) && result?["resultType"] == nil)
    }

    @Test func theHandshakeNeedsNoSession() async {
        let body =
            #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#
        for version: String? in [nil, "2025-06-18", "2026-07-28"] {
            let answer = await Self.ask(body, ["mcp-protocol-version": version])
            #expect(answer.status == 200 && answer.headers.isEmpty)
            #expect(Self.json(answer)?["result"]?["protocolVersion"] == .string("2025-06-18"))
        }
    }

    /// Their clients take another status than 200 for a broken connection.
    @Test func olderVersionsHaveTheirErrorsInTheAnswer() async {
        let answer = await Self.ask(
            #"{"jsonrpc":"2.0","id":1,"method":"nothing"}"#, ["mcp-protocol-version": "2025-11-25"])
        #expect(answer.status == 200 && Self.json(answer)?["error"]?["code"] == .integer(-32601))
        let newer = await Self.ask(Self.text(Modern.message("nothing")), Self.modern("nothing"))
        #expect(newer.status == 404 && Self.json(newer)?["error"]?["code"] == .integer(-32601))
    }

    @Test func severalMessagesInOneAreOfTheOldestVersionAlone() async {
        let body =
            #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},{"jsonrpc":"2.0","id":2,"method":"nothing"}]"#
        let answer = await Self.ask(body)
        #expect(answer.status == 200 && Self.json(answer)?.items?.count == 2)
        #expect(await Self.ask(#"[{"jsonrpc":"2.0","method":"x"}]"#).status == 202)
        for version in ["2025-06-18", "2025-11-25", "2026-07-28"] {
            #expect(await Self.ask(body, ["mcp-protocol-version": version]).status == 400, "\(version)")
        }
    }
}
