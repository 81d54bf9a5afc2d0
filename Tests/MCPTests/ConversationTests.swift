import MCP
import Model
import Synchronization
import Testing

@Suite struct ConversationTests {
    /// A conversation whose answers are kept.
    private final class Line: Sendable {
        let answers = Mutex<[JSONValue]>([])
        let services: StubServices
        private let made = Mutex<MCPConversation?>(nil)

        init(_ services: StubServices = StubServices(), rights: AgentRights = .all) {
            self.services = services
            let conversation = MCPConversation(
                // On a busy machine a test may take longer than a tool is given: what hangs here is to hang until it is cancelled.
                server: MCPServer(services: services, version: "1", deadline: .seconds(86_400)), rights: rights,
                caller: "a test",
                send: { answer in self.answers.withLock { $0.append(answer) } })
            made.withLock { $0 = conversation }
        }

        func say(_ text: String) async { await conversation?.receive(Array(text.utf8)) }
        func say(_ value: JSONValue) async { await conversation?.receive(RPCAnswer.bytes(value)) }
        var conversation: MCPConversation? { made.withLock { $0 } }

        func end(within grace: Duration = .seconds(10)) async -> [JSONValue] {
            await conversation?.finish(within: grace)
            made.withLock { $0 = nil }
            return answers.withLock { $0 }
        }

        func handshake(_ version: String) async {
            await say(
                #"{"jsonrpc":"2.0","id":"h","method":"initialize","params":{"protocolVersion":"\#(version)","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#
            )
            await say(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        }
    }

    private static func codes(_ answers: [JSONValue]) -> [Int64] {
        answers.compactMap { $0["error"]?["code"]?.integer }
    }

    @Test func aClientOfTheNewestVersionNeedsNoHandshake() async {
        let line = Line()
        await line.say(Modern.message("server/discover", id: .string("d")))
        await line.say(Modern.call("list_services", id: .integer(2)))
        let answers = await line.end()
        #expect(answers.count == 2 && Self.codes(answers).isEmpty)
        #expect(Set(answers.compactMap { $0["id"] }) == [.string("d"), .integer(2)])
    }

    @Test(arguments: ["2025-11-25", "2025-06-18", "2025-03-26"]) func anOlderClientShakesHands(version: String) async {
        let line = Line()
        await line.handshake(version)
        await line.say(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        await line.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        let answers = await line.end()
        #expect(answers.count == 3 && Self.codes(answers).isEmpty)
        #expect(answers[0]["result"]?["protocolVersion"] == .string(version))
        let ping = answers.first { $0["id"] == .integer(1) }
        #expect(ping?["result"] == .object([:]))
    }

    /// Both kinds on one line: each request is judged by what it says itself.
    @Test func theNewerKindIsSpokenBesideAnAgreement() async {
        let line = Line()
        await line.handshake("2025-06-18")
        await line.say(Modern.message("tools/list", id: .integer(1)))
        await line.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
        let answers = await line.end()
        let (newer, older) = (answers.first { $0["id"] == .integer(1) }, answers.first { $0["id"] == .integer(2) })
        #expect(newer?["result"]?["resultType"] == .string("complete"))
        #expect(older?["result"] != nil && older?["result"]?["resultType"] == nil)
    }

    @Test func withoutHandshakeAndVersionNothingIsAnswered() async {
        let line = Line()
        await line.say(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
        await line.say(#"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"_meta":{}}}"#)
        await line.say(
            #"{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#
        )
        await line.say(
            #"{"jsonrpc":"2.0","id":4,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":7,"io.modelcontextprotocol/clientCapabilities":{}}}}"#
        )
        let answers = await line.end()
        #expect(answers.count == 4 && Self.codes(answers) == [-32602, -32602, -32602, -32602])
    }

    @Test(arguments: ["1900-01-01", "2025-11-25", "2099-12-31", ""])
    func aVersionThatIsNotSpokenIsNamedWithThoseThatAre(
        version: String
    ) async {
        let line = Line()
        await line.say(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"\#(version)","io.modelcontextprotocol/clientCapabilities":{}}}}"#
        )
        let answer = await line.end().first
        #expect(answer?["error"]?["code"] == .integer(-32022))
        #expect(answer?["error"]?["data"]?["requested"] == .string(version))
        #expect(answer?["error"]?["data"]?["supported"]?.items?.first == .string("2026-07-28"))
    }

    @Test func whatIsMalformedIsSaidAndTheLineGoesOn() async {
        let line = Line()
        for text in ["nonsense", "{", "7", #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "\u{FEFF}", "", "  \r"] {
            await line.say(text)
        }
        await line.conversation?.receive([0xFF, 0xFE])
        await line.conversation?.receiveTooLong()
        await line.say(Modern.message("server/discover", id: .integer(9)))
        let answers = await line.end()
        // An empty line is no message.
        #expect(Self.codes(answers) == [-32700, -32700, -32600, -32600, -32700, -32700, -32600])
        #expect(answers.dropLast().allSatisfy { $0["id"] == nil } && answers.last?["id"] == .integer(9))
    }

    @Test func notificationsAndAnswersGetNoAnswer() async {
        let line = Line()
        await line.say(#"{"jsonrpc":"2.0","method":"notifications/unknown"}"#)
        await line.say(#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"list_services"}}"#)
        await line.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#)
        await line.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":77}}"#)
        await line.say(#"{"jsonrpc":"2.0","id":5,"result":{}}"#)
        #expect(await line.end().isEmpty)
    }

    @Test func severalMessagesInOneAreOfTheOldestVersionAlone() async {
        let batch =
            #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":2,"method":"nothing"},{"jsonrpc":"2.0","id":3,"method":"initialize","params":{}},7]"#
        for version in ["2025-06-18", "2025-11-25"] {
            let line = Line()
            await line.handshake(version)
            await line.say(batch)
            #expect(Self.codes(await line.end()) == [-32600], "\(version)")
        }
        let line = Line()
        await line.handshake("2025-03-26")
        await line.say(batch)
        await line.say("[]")
        await line.say("[" + Array(repeating: "1", count: 51).joined(separator: ",") + "]")
        await line.say(#"[{"jsonrpc":"2.0","method":"notifications/x"}]"#)
        let answers = await line.end()
        let together = answers.compactMap(\.items)
        #expect(together.count == 1 && together.first?.count == 4, "\(answers)")
        #expect(Set(Self.codes(together.first ?? [])) == [-32600, -32601])
        // Two that were empty or too long, each with one answer.
        #expect(Self.codes(answers) == [-32600, -32600])
    }

    @Test func aCancelledRequestEndsWithoutAnAnswer() async {
        let services = StubServices { $0.hangs = true }
        let line = Line(services)
        await line.say(Modern.call("list_services", id: .integer(1)))
        await line.say(Modern.call("list_services", id: .string("1")))
        // `"1"` is another request than `1`.
        await line.say(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"enough"}}"#)
        await line.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1"}}"#)
        #expect(await line.end().isEmpty)
        #expect(services.state.withLock { $0.cancelled } == 2)
    }

    @Test func oneIdIsOneRequestAtATime() async {
        let services = StubServices { $0.hangs = true }
        let line = Line(services)
        await line.say(Modern.call("list_services", id: .integer(1)))
        await line.say(Modern.call("list_services", id: .integer(1)))
        #expect(Self.codes(line.answers.withLock { $0 }) == [-32600])
        _ = await line.end(within: .zero)
    }

    @Test func moreThanSomeAtOnceAreRefusedAndCancellingStillWorks() async {
        let services = StubServices { $0.hangs = true }
        let line = Line(services)
        for id in 1...40 { await line.say(Modern.call("list_services", id: .integer(Int64(id)))) }
        let refused = line.answers.withLock { $0 }
        #expect(refused.count == 8 && Set(Self.codes(refused)) == [-32603])
        _ = await line.end(within: .zero)
        #expect(services.state.withLock { $0.cancelled } == 32)
    }

    @Test func theEndOfInputLetsWhatIsAtWorkEnd() async {
        let line = Line()
        for id in 1...20 { await line.say(Modern.call("list_services", id: .integer(Int64(id)))) }
        #expect(await line.end().count == 20)
    }
}
