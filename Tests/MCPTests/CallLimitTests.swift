import MCP
import Model
import Synchronization
import Testing

/// What ends a call that takes too long, and a caller that does not end.
@Suite struct CallLimitTests {
    private final class Clock: Sendable {
        let time = Mutex(Duration.zero)
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private static func server(_ clock: Clock, _ services: StubServices = StubServices()) -> MCPServer {
        MCPServer(
            services: services, version: "1",
            pace: CallPace(limits: .init(looking: 6, changing: 2), now: { clock.time.withLock { $0 } }))
    }

    private static let restart: [String: JSONValue] = ["service": .string("a"), "reason": .string("b")]

    private static func text(_ answer: JSONValue) -> String? {
        answer["result"]?["content"]?.items?.first?["text"]?.string
    }

    @Test func whoCallsTooOftenIsToldHowLongToWait() async {
        let (clock, services) = (Clock(), StubServices())
        let server = Self.server(clock, services)
        for _ in 0..<2 {
            #expect(await server.calling("restart_service", Self.restart)["result"]?["isError"] == .bool(false))
        }
        let refused = await server.calling("restart_service", Self.restart)
        #expect(refused["result"]?["isError"] == .bool(true))
        #expect(
            Self.text(refused) == "these are more than 2 calls that change something in a minute; wait 30 s")
        #expect(services.state.withLock { $0.submitted.count } == 2)
        // Looking is another matter, and what was refused took nothing away.
        for _ in 0..<6 { #expect(await server.calling("list_services")["result"]?["isError"] == .bool(false)) }
        #expect(await server.calling("list_services")["result"]?["isError"] == .bool(true))
        clock.pass(.seconds(30))
        #expect(await server.calling("restart_service", Self.restart)["result"]?["isError"] == .bool(false))
        #expect(await server.calling("restart_service", Self.restart)["result"]?["isError"] == .bool(true))
        // However long nobody calls, a minute's calls are all that may come at once.
        clock.pass(.seconds(86_400))
        for expected in [false, false, true] {
            #expect(await server.calling("restart_service", Self.restart)["result"]?["isError"] == .bool(expected))
        }
    }

    @Test func eachCallerHasHisOwnMeasure() async {
        let server = Self.server(Clock())
        let request = RPCRequest(
            id: .number(1), method: "tools/call",
            params: ["name": .string("restart_service"), "arguments": .object(Self.restart)])
        for caller in ["one", "two"] {
            let context = CallContext(version: .v20260728, rights: .all, caller: caller)
            for expected in [false, false, true] {
                #expect(await server.answer(request, context)["result"]?["isError"] == .bool(expected), "\(caller)")
            }
        }
        // Whoever has not the right takes nothing from anybody's measure.
        let context = CallContext(version: .v20260728, rights: .read, caller: "three")
        for _ in 0..<5 { #expect(await server.answer(request, context)["error"]?["code"] == .integer(403)) }
    }

    @Test func aCallThatTakesTooLongIsEndedAndSaid() async {
        let services = StubServices { $0.hangs = true }
        let server = MCPServer(services: services, version: "1", deadline: .milliseconds(20))
        let answer = await server.calling("list_services")
        #expect(answer["result"]?["isError"] == .bool(true))
        #expect(Self.text(answer)?.contains("took longer") == true, "\(answer)")
        #expect(services.state.withLock { $0.cancelled } == 1)
    }
}
