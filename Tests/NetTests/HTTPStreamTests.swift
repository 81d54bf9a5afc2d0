import Model
import Net
import TestSupport
import Testing

/// Bodies of any length, in pieces.
@Suite struct HTTPStreamTests {
    private func with(_ body: (HTTPTransport, BodyServer) async throws -> Void) async throws {
        let server = try BodyServer()
        defer { server.stop() }
        let transport = HTTPTransport()
        do {
            try await body(transport, server)
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    private func failure(_ body: () async throws(Failure) -> Void) async -> Failure? {
        do throws(Failure) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test func aLongAnswerComesWholeAndInOrder() async throws {
        try await with { transport, server in
            let stream = try transport.open(.init("GET", server.url("bytes/3000000")))
            defer { stream.close() }
            let head = try await stream.answer()
            #expect(head.status == 200 && head.headers.contains { $0.name == "Content-Length" })
            var (count, isRight) = (0, true)
            let digits = (0..<100_010).map { UInt8(48 + $0 % 10) }
            while let piece = try await stream.read(most: 100_000) {
                #expect(!piece.isEmpty && piece.count <= 100_000)
                isRight = isRight && piece.elementsEqual(digits[(count % 10)...].prefix(piece.count))
                count += piece.count
            }
            #expect(count == 3_000_000 && isRight)
            #expect(try await stream.read(most: 10) == nil, "the end stays the end")
        }
    }

    @Test func whatIsNotReadStaysWithTheServer() async throws {
        try await with { transport, server in
            let stream = try transport.open(.init("GET", server.url("bytes/400000000")))
            defer { stream.close() }
            _ = try await stream.answer()
            var last = -1
            while server.sent != last {
                last = server.sent
                try await Task.sleep(for: .milliseconds(300))
            }
            // Two megabytes of ours, and what the two sockets hold.
            #expect(last < 40_000_000, "\(last) bytes were taken although nobody reads")
            #expect(try await stream.read(most: 1 << 20)?.isEmpty == false)
        }
    }

    @Test(arguments: [nil, 5_000_000] as [Int?]) func aLongRequestIsWrittenInPieces(_ length: Int?) async throws {
        try await with { transport, server in
            let stream = try transport.open(.init("POST", server.url("count")), body: .written(length: length))
            defer { stream.close() }
            for _ in 0..<50 { try await stream.write([UInt8](repeating: 7, count: 100_000)) }
            #expect(try await stream.answer().status == 200)
            #expect(try await stream.read(most: 100).map { String(decoding: $0, as: UTF8.self) } == "5000000")
        }
    }

    @Test func aServerThatTakesNothingHoldsTheWriterUpAndIsGivenUp() async throws {
        try await with { transport, server in
            let stream = try transport.open(
                .init("POST", server.url("deaf")), body: .written(length: nil), idle: .milliseconds(500))
            defer { stream.close() }
            var written = 0
            let ended = await failure { () throws(Failure) in
                while written < 400_000_000 {
                    try await stream.write([UInt8](repeating: 7, count: 1 << 20))
                    written += 1 << 20
                }
            }
            #expect(ended?.code == .httpTimeout && ended?.message.contains("silent for") == true, "\(ended as Any)")
            #expect(written < 100_000_000)
        }
    }

    @Test func silenceInTheMiddleIsGivenUpBeforeTheDeadline() async throws {
        try await with { transport, server in
            let stream = try transport.open(
                .init("GET", server.url("stall/1000"), timeout: .seconds(300)), idle: .seconds(6))
            defer { stream.close() }
            _ = try await stream.answer()
            let start = ContinuousClock.now
            let ended = await failure { () throws(Failure) in while try await stream.read(most: 600) != nil {} }
            #expect(ended?.code == .httpTimeout && ended?.scheduling == .retry)
            #expect(ended?.message.contains("127.0.0.1:\(server.port)") == true)
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }

    @Test func deadlineHoldsForTheWholeExchange() async throws {
        try await with { transport, server in
            let stream = try transport.open(
                .init("GET", server.url("stall/1000"), timeout: .milliseconds(400)), idle: .seconds(300))
            defer { stream.close() }
            let ended = await failure { () throws(Failure) in
                _ = try await stream.answer()
                while try await stream.read(most: 600) != nil {}
            }
            #expect(ended?.code == .httpTimeout, "\(ended as Any)")
        }
    }

    @Test func aSlowReaderIsNoSilentServer() async throws {
        try await with { transport, server in
            let stream = try transport.open(.init("GET", server.url("bytes/5000000")), idle: .seconds(6))
            defer { stream.close() }
            _ = try await stream.answer()
            try await Task.sleep(for: .milliseconds(7000))
            var count = 0
            while let piece = try await stream.read(most: 4 << 20) { count += piece.count }
            #expect(count == 5_000_000)
        }
    }

    @Test func aConnectionThatEndsInTheMiddleIsAFailure() async throws {
        try await with { transport, server in
            let stream = try transport.open(.init("GET", server.url("break/100000")))
            defer { stream.close() }
            _ = try await stream.answer()
            var count = 0
            let ended = await failure { () throws(Failure) in
                while let piece = try await stream.read(most: 1 << 20) { count += piece.count }
            }
            #expect(ended?.code == .httpClosed && count <= 100_000, "\(ended as Any), \(count)")
        }
    }

    @Test func cancelledAndClosedStreamsEnd() async throws {
        try await with { transport, server in
            let stream = try transport.open(.init("GET", server.url("stall/10"), timeout: .seconds(300)))
            _ = try await stream.answer()
            _ = try await stream.read(most: 100)
            let task = Task { await failure { () throws(Failure) in _ = try await stream.read(most: 100) } }
            try await Task.sleep(for: .milliseconds(50))
            task.cancel()
            #expect(await task.value?.code == .httpCancelled)
            stream.close()
            stream.close()
            #expect(await failure { () throws(Failure) in _ = try await stream.read(most: 1) } != nil)
        }
    }

    @Test func nobodyThereIsSaidSo() async throws {
        try await with { transport, server in
            let port = server.port
            server.stop()
            while PeerPort.isOpen(port) { try await Task.sleep(for: .milliseconds(5)) }
            let stream = try transport.open(.init("GET", "http://127.0.0.1:\(port)/bytes/1"))
            defer { stream.close() }
            #expect(await failure { () throws(Failure) in _ = try await stream.answer() }?.code == .httpConnect)
            await transport.shutdown()
            #expect(
                await failure { () throws(Failure) in _ = try transport.open(.init("GET", "http://x/")) }?.code
                    == .httpShutdown)
        }
    }
}
