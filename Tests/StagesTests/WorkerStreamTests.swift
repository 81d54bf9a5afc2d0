import Foundation
import Model
import Net
import TestSupport
import Testing

@testable import Stages

/// `http-stream/1` as a plugin sees it, over the program's HTTP client.
@Suite struct WorkerStreamTests {
    private static let token = "tok-\"en\\-123456"

    private func with(
        _ body: (WorkerFixture, BodyServer, @escaping @Sendable (String) async -> StageOutcome) async throws -> Void
    ) async throws {
        let server = try BodyServer()
        defer { server.stop() }
        let transport = HTTPTransport()
        let environment = ["MOCK_TOKEN": Self.token]
        do {
            try await WorkerFixture.with(streams: NetHTTPService(transport), environment: environment) { fixture in
                let url = String(server.url("").dropLast())
                try await body(fixture, server) { behaviour in
                    await fixture.run(behaviour, timeout: .seconds(60)) {
                        $0.service.environment = ["BODY_SERVER": url]
                    }
                }
            }
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    @Test func fourHundredMegabytesPassInPieces() async throws {
        try await with { _, _, run in
            let before = Memory.peak()
            let told = await run("stream-download").outputs
            #expect(told["open"] == "0" && told["answer"] == "0" && told["status"] == "200", "\(told)")
            #expect(told["total"] == "400000000" && told["read"] == "0" && told["message"] == "")
            #expect(told["close"] == "0" && told["closed"] == "2")
            let grown = Memory.peak() - before
            // Other tests of this process grow beside it.
            #expect(grown < 200 << 20, "the host grew by \(grown >> 20) MB")
        }
    }

    @Test func aBodyIsWrittenWhileAnotherIsRead() async throws {
        try await with { _, _, run in
            let told = await run("stream-upload").outputs
            #expect(told["open"] == "0" && told["write"] == "0" && told["answer"] == "0", "\(told)")
            #expect(told["counted"] == "\(12 << 20)" && told["total"] == "1000")
            #expect(told["too-large"] == "3")
        }
    }

    @Test func secretsStandInTheBodyAndNowhereElse() async throws {
        try await with { fixture, _, run in
            let told = await run("stream-secret").outputs
            // The plugin logs what the server echoed: the host masks it there.
            #expect(told["open"] == "0" && told["answer"] == "0", "\(told)")
            #expect(
                told["shown"]?.contains(Self.token) == false && told["shown"]?.contains("en\\\\-") == false, "\(told)")
            let sent = #"{"a":"<tok-\"en\\-123456","b":"<tok-\"en\\-123456"}"#
            #expect(told["length"] == "\(sent.utf8.count)")
        }
    }

    @Test func aSilentServerIsToldWithItsReason() async throws {
        try await with { _, server, run in
            let told = await run("stream-stall").outputs
            #expect(told["read"] == "6" && told["total"] == "1000", "\(told)")
            #expect(told["message"]?.contains("127.0.0.1:\(server.port)") == true, "\(told)")
        }
    }

    @Test func thereAreOnlySoManyStreams() async throws {
        try await with { _, _, run in
            let told = await run("stream-many").outputs
            #expect(told["opened"] == "8" && told["message"]?.contains("close some") == true, "\(told)")
        }
    }

    @Test func whatMakesNoSenseIsRefused() async throws {
        try await with { _, _, run in
            let told = await run("stream-nonsense").outputs
            #expect(told["url"] == "0" && told["answer"] == "2" && told["read"] == "2", "\(told)")
        }
    }

    @Test func cancellingTheStageBreaksItsStreamsOff() async throws {
        try await with { fixture, server, run in
            let task = Task { await run("stream-hold") }
            while server.sent == 0 { try await Task.sleep(for: .milliseconds(10)) }
            task.cancel()
            #expect(await task.value.status == .cancelled)
            let sent = server.sent
            try await Task.sleep(for: .milliseconds(300))
            #expect(server.sent == sent && sent < 60_000_000, "nothing is read any more, and little was")
        }
    }

    @Test func aPluginThatIsNotOfferedStreamsHasNone() async throws {
        try await WorkerFixture.with { fixture in
            let outcome = await fixture.run("stream-download") { $0.service.environment = ["BODY_SERVER": "http://x"] }
            #expect(outcome.diagnostics.contains { $0.message.contains("not offered") })
        }
    }
}

private enum Memory {
    /// The most this process has had resident, in bytes.
    static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) << 10
    }
}
