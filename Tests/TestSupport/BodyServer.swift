import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A server of long bodies on loopback:
/// - `GET /bytes/N` answers with N bytes, each the last digit of its place;
/// - `GET /stall/N` and `/break/N` promise twice as much, then say nothing more, or close the connection;
/// - `POST /count` answers with the number of bytes it was sent, and `/show` with what it was sent;
/// - `POST /deaf` never reads the body.
package final class BodyServer: Sendable {
    private let listener: LoopbackListener
    private let counter: Counter

    private final class Counter: Sendable {
        let sent = Mutex(0)
    }

    package init() throws {
        let counter = Counter()
        self.counter = counter
        listener = try LoopbackListener { Self.serve($0, counter) }
    }

    package var port: Int { listener.port }
    /// Bytes of bodies that the kernel took from this server.
    package var sent: Int { counter.sent.withLock { $0 } }
    package func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }
    package func stop() { listener.stop() }

    private static func serve(_ connection: Int32, _ counter: Counter) {
        var reader = HTTPPeerReader(connection)
        var peeked = [UInt8](repeating: 0, count: 11)
        // A body that is not to be read must not be read by the reader of requests either.
        if recv(connection, &peeked, peeked.count, Int32(MSG_PEEK)) == 11,
            String(decoding: peeked, as: UTF8.self) == "POST /deaf "
        {
            while poll(connection) {}
            return
        }
        while let request = reader.next() {
            let words = request.target.split(separator: "/")
            switch words.first {
            case "count": guard answer(connection, "\(request.body.count)") else { return }
            case "show": guard answer(connection, String(decoding: request.body, as: UTF8.self)) else { return }
            default:
                let count = words.count > 1 ? Int(words[1]) ?? 0 : 0
                let isWhole = words.first == "bytes"
                guard send(count, of: isWhole ? count : 2 * count, to: connection, counter) else { return }
                if words.first == "stall" {
                    while poll(connection) {}
                }
                if !isWhole { return }
            }
        }
    }

    /// Waits a moment; false once the other end has gone.
    private static func poll(_ connection: Int32) -> Bool {
        usleep(20_000)
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
        let count = recv(connection, &byte, 1, flags)
        return count > 0 || (count < 0 && errno == EAGAIN)
    }

    private static func answer(_ connection: Int32, _ text: String) -> Bool {
        HTTPPeerReader.send(HTTPPeerAnswer(200, [], text, type: "text/plain").bytes, to: connection)
    }

    private static func send(_ count: Int, of length: Int, to connection: Int32, _ counter: Counter) -> Bool {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n"
        guard HTTPPeerReader.send(Array(head.utf8), to: connection) else { return false }
        let digits = (0..<65_530).map { UInt8(48 + $0 % 10) }
        var sent = 0
        while sent < count {
            let share = min(digits.count, count - sent)
            guard HTTPPeerReader.send(Array(digits[..<share]), to: connection) else { return false }
            sent += share
            counter.sent.withLock { $0 += share }
        }
        return true
    }
}
