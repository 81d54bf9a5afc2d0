import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A server that does one thing wrong, on loopback.
package final class FaultyServer: Sendable {
    package enum Fault: Sendable {
        /// Accepts, reads, and never says a word.
        case silence
        /// Answers one byte of a plausible answer a second.
        case drip
        /// Answers every request with this.
        case answer(status: Int, type: String, body: String)
        /// Closes every connection at once with a reset.
        case reset
        /// Passes everything on to another port, and resets the connection after that many bytes of its answers.
        case resetAfter(bytes: Int, port: Int)
        /// Passes everything on to another port, and stops in the middle of its answers, the connection open.
        case stallAfter(bytes: Int, port: Int)
        /// Passes everything on to another port, no more than so many bytes of its answers in a tenth of a second.
        case slow(bytes: Int, port: Int)
        /// Serves one request of a connection, then closes it without notice, as keep-alive timeouts do.
        case closeAfterAnswer(body: String)
    }

    private let listener: LoopbackListener

    package init(_ fault: Fault) throws {
        listener = try LoopbackListener { connection in
            switch fault {
            case .silence: Self.swallow(connection)
            case .drip: Self.drip(connection)
            case .answer(let status, let type, let body): Self.answer(connection, status, type, body)
            case .reset: Self.reset(connection)
            case .resetAfter(let bytes, let port): Self.pass(connection, to: port, limit: bytes, ends: true)
            case .stallAfter(let bytes, let port): Self.pass(connection, to: port, limit: bytes, ends: false)
            case .slow(let bytes, let port):
                Self.pass(connection, to: port, limit: Int.max, ends: true, pace: bytes)
            case .closeAfterAnswer(let body):
                var reader = HTTPPeerReader(connection)
                guard reader.next() != nil else { return }
                _ = HTTPPeerReader.send(HTTPPeerAnswer(200, [], body, type: "text/plain").bytes, to: connection)
            }
        }
    }

    package var port: Int { listener.port }
    package var acceptedConnections: Int { listener.acceptedConnections }
    package func url(_ repository: String = "repo.git", scheme: String = "http") -> String {
        "\(scheme)://127.0.0.1:\(port)/\(repository)"
    }
    package func stop() { listener.stop() }

    private static func swallow(_ connection: Int32) {
        var chunk = [UInt8](repeating: 0, count: 4096)
        while read(connection, &chunk, chunk.count) > 0 {}
    }

    private static func drip(_ connection: Int32) {
        var reader = HTTPPeerReader(connection)
        guard reader.next() != nil else { return }
        let body = String(repeating: "0000", count: 100)
        let answer = HTTPPeerAnswer(200, [], body, type: "application/x-git-upload-pack-advertisement")
        for byte in answer.bytes {
            guard HTTPPeerReader.send([byte], to: connection) else { return }
            // Look every tenth of a second whether the client has gone.
            for _ in 0..<10 {
                var state = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
                if poll(&state, 1, 100) > 0 { return }
            }
        }
    }

    private static func answer(_ connection: Int32, _ status: Int, _ type: String, _ body: String) {
        var reader = HTTPPeerReader(connection)
        while reader.next() != nil {
            guard HTTPPeerReader.send(HTTPPeerAnswer(status, [], body, type: type).bytes, to: connection) else {
                return
            }
        }
    }

    private static func reset(_ connection: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    private static func pass(_ connection: Int32, to port: Int, limit: Int, ends: Bool, pace: Int? = nil) {
        guard let target = PeerPort.connect(port) else { return }
        defer { close(target) }
        var passed = 0
        var chunk = [UInt8](repeating: 0, count: pace ?? 4096)
        while true {
            var states = [
                pollfd(fd: connection, events: Int16(POLLIN), revents: 0),
                pollfd(fd: target, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&states, 2, 30_000) > 0 else { return }
            let isAnswer = states[1].revents != 0
            let count = read(isAnswer ? target : connection, &chunk, chunk.count)
            guard count > 0 else { return }
            let share = isAnswer ? min(count, limit - passed) : count
            guard HTTPPeerReader.send(Array(chunk[..<share]), to: isAnswer ? connection : target) else { return }
            if isAnswer { passed += share }
            if isAnswer, pace != nil { usleep(100_000) }
            if passed >= limit {
                // What was sent must arrive before the reset overtakes it.
                usleep(50_000)
                return ends ? reset(connection) : swallow(connection)
            }
        }
    }
}
