import MCP
import Model
import Testing

@Suite struct RPCMessageTests {
    /// What is read of a text: the id of a request, or the code of what is wrong with it.
    private static func outcome(_ text: String) -> String {
        do throws(RPCError) {
            guard case .single(let value) = try RPCMessage.read(Array(text.utf8)) else { return "batch" }
            do throws(RPCMessage.Rejection) {
                switch try RPCMessage(value) {
                case .request(let request): return "request \(request.id)"
                case .notification(let method, _): return "notification \(method)"
                case .response: return "response"
                }
            } catch { return "\(error.error.code)\(error.id.map { " \($0)" } ?? "")" }
        } catch { return "\(error.code)" }
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "request number(1)"),
        (#"{"jsonrpc":"2.0","id":-7,"method":"ping"}"#, "request number(-7)"),
        (#"{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}"#, "request number(9007199254740993)"),
        (#"{"jsonrpc":"2.0","id":"","method":"ping"}"#, #"request text("")"#),
        (#"{"jsonrpc":"2.0","id":"1","method":"ping"}"#, #"request text("1")"#),
        (#"{"jsonrpc":"2.0","id":"é\u0000","method":"ping"}"#, "request text(\"é\\0\")"),
        (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "-32600"),
        (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, "-32600"),
        (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, "-32600"),
        (#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, "-32600"),
        (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, "-32600"),
        (#"{"jsonrpc":"2.0","id":1e40,"method":"ping"}"#, "-32600"),
        (#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, "notification notifications/initialized"),
        (#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "response"),
        (#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#, "response"),
        (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "-32600 number(1)"),
        (#"{"id":1,"method":"ping"}"#, "-32600 number(1)"),
        (#"{"jsonrpc":"2.0","id":1}"#, "-32600 number(1)"),
        (#"{"jsonrpc":"2.0","id":1,"method":7}"#, "-32600 number(1)"),
        (#"{"jsonrpc":"2.0","id":1,"method":""}"#, "-32600 number(1)"),
        (#"{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}"#, "-32602 number(1)"),
        (#"{"jsonrpc":"2.0","id":1,"method":"x","params":"y"}"#, "-32602 number(1)"),
        ("7", "-32600"), ("null", "-32600"), (#""text""#, "-32600"), ("[]", "batch"),
        (#"[{"jsonrpc":"2.0"}]"#, "batch"),
        ("", "-32700"), ("{", "-32700"), (#"{"jsonrpc":"2.0""#, "-32700"), ("{'jsonrpc':'2.0'}", "-32700"),
        ("nonsense", "-32700"), (#"{"jsonrpc":"2.0","id":1,"method":"x"} more"#, "-32700"),
    ]) func aMessageIsWhatTheProtocolMakesOfIt(text: String, outcome: String) {
        #expect(Self.outcome(text) == outcome)
    }

    @Test func whatIsNotUTF8IsNoMessage() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x7B, 0xC3, 0x7D], Array("{}".utf16.flatMap { [UInt8($0), 0] })] {
            #expect(Self.isRefused(bytes), "\(bytes)")
        }
    }

    @Test func nestingThatWouldEatTheStackIsRefused() {
        for depth in [1000, 100_000, 1_000_000] {
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(Self.isRefused(Array(text.utf8)), "\(depth)")
            let objects = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
            #expect(Self.isRefused(Array(objects.utf8)), "\(depth)")
        }
    }

    private static func isRefused(_ bytes: [UInt8]) -> Bool {
        do throws(RPCError) {
            _ = try RPCMessage.read(bytes)
            return false
        } catch { return error.code == RPCError.parseCode }
    }

    @Test func anAnswerIsOneLineWhateverItHolds() throws {
        let text = "a\nb\r\u{2028}\u{0}\u{1F600}"
        let bytes = RPCAnswer.bytes(RPCAnswer.result(["text": .string(text)], to: .text("x\ny")))
        #expect(!bytes.contains(0x0A) && !bytes.contains(0x0D))
        guard case .single(let value) = try RPCMessage.read(bytes) else { throw RPCError(0, "a batch") }
        #expect(value["result"]?["text"] == .string(text) && value["id"] == .string("x\ny"))
    }
}
