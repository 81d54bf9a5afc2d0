import HummingbirdCore
import NIOCore

/// A request's body as far as it was read.
struct BodyReading: Sendable {
    var bytes: [UInt8] = []
    /// Read to its end.
    var isWhole = true
    /// Read to its end, and `bytes` is all of it.
    var isKept = true
    /// It did not come in time.
    var isLate = false

    /// Reads up to the server's limit. What is not kept is read all the same: a connection that is closed over unread bytes
    /// may take the answer with it.
    /// - Parameter limit: bytes that are kept; of a larger body none.
    static func of(
        _ body: RequestBody, keeping limit: Int, deadline: Duration = WebServer.bodyDeadline
    ) async throws -> BodyReading {
        try await withThrowingTaskGroup(of: BodyReading.self) { group in
            group.addTask {
                var reading = BodyReading()
                var count = 0
                for try await buffer in body {
                    count += buffer.readableBytes
                    guard count <= WebServer.bodyLimit else { return BodyReading(isWhole: false, isKept: false) }
                    if count <= limit {
                        reading.bytes += buffer.readableBytesView
                    } else if reading.isKept {
                        reading.isKept = false
                        reading.bytes = []
                    }
                }
                return reading
            }
            group.addTask {
                try await Task.sleep(for: deadline)
                return BodyReading(isWhole: false, isKept: false, isLate: true)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? BodyReading(isWhole: false, isKept: false)
        }
    }
}
