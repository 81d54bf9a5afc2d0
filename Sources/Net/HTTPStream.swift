import AsyncHTTPClient
package import Model
import NIOCore
import NIOHTTP1
import Synchronization

/// One exchange whose bodies pass in pieces, as they are asked for: a megabyte each way lies here at most, then the other end
/// has to wait. So an answer of any length is read in the same memory.
///
/// `close()` must be called; it may be called again.
package final class HTTPStream: Sendable {
    package struct Head: Sendable {
        package var status: Int
        package var headers: [HTTPTransport.Header]
    }
    /// Where the request's body comes from.
    package enum Body: Sendable {
        case bytes([UInt8])
        /// `write`; so many bytes, or as many as come.
        case written(length: Int?)
    }

    private static let limit = 1 << 20

    private let request: HTTPTransport.Request
    /// How long the server may keep this end waiting, for any one thing.
    private let idle: Duration
    private let deadline: ContinuousClock.Instant
    private let upload: BytePipe
    private let download: BytePipe
    /// One byte once the head has come.
    private let arrival = BytePipe(limit: 2)
    private let head = Mutex<Head?>(nil)
    private let task = Mutex<Task<Void, Never>?>(nil)
    private let describe: @Sendable (any Error) -> Failure

    /// - Parameters:
    ///   - execute: runs the exchange to the head of its answer.
    ///   - describe: makes a failure of what the client throws.
    init(
        _ request: HTTPTransport.Request, body: Body, idle: Duration,
        execute: @escaping @Sendable (HTTPClientRequest.Body?) async throws -> HTTPClientResponse,
        describe: @escaping @Sendable (any Error) -> Failure
    ) {
        self.request = request
        self.idle = idle
        self.describe = describe
        deadline = .now + request.timeout
        let upload = BytePipe(limit: Self.limit)
        let download = BytePipe(limit: Self.limit)
        self.upload = upload
        self.download = download
        let outgoing: HTTPClientRequest.Body? =
            switch body {
            case .bytes(let bytes): bytes.isEmpty ? nil : .bytes(bytes)
            case .written(let length):
                .stream(upload.map { ByteBuffer(bytes: $0) }, length: length.map { .known(Int64($0)) } ?? .unknown)
            }
        let started = Task.detached { [self] in await run(outgoing, execute) }
        task.withLock { $0 = started }
    }

    private func run(
        _ body: HTTPClientRequest.Body?,
        _ execute: @Sendable (HTTPClientRequest.Body?) async throws -> HTTPClientResponse
    ) async {
        do {
            let response = try await execute(body)
            let headers = response.headers.map { HTTPTransport.Header($0.name, $0.value) }
            head.withLock { $0 = Head(status: Int(response.status.code), headers: headers) }
            _ = await arrival.put([1])
            for try await piece in response.body {
                guard await download.put(Array(piece.readableBytesView)) else { throw CancellationError() }
            }
            download.finish(.whole)
            // Whatever is written from now on, nobody reads it.
            upload.finish(.whole)
        } catch {
            let end = BytePipe.End.broken(describe(error))
            arrival.finish(end)
            download.finish(end)
            upload.finish(end)
        }
    }

    /// Hands over the next piece of the request's body; returns once the server has taken nearly all of what came before.
    ///
    /// - Throws: what `HTTPTransport.send` throws; nothing when the server has answered without waiting for the end.
    package func write(_ bytes: [UInt8]) async throws(Failure) {
        let upload = upload
        let isTaken = try await limited { await upload.put(bytes) }
        guard !isTaken else { return }
        // Refused: the exchange has ended. Its head says how, and where there is none the reason is thrown.
        _ = try await answer()
    }

    /// Ends the request's body and waits for status and headers of the answer.
    package func answer() async throws(Failure) -> Head {
        upload.finish(.whole)
        let arrival = arrival
        if let head = head.withLock({ $0 }) { return head }
        _ = try await limited { try await arrival.take(most: 1) }
        return head.withLock { $0 } ?? Head(status: 0, headers: [])
    }

    /// The next bytes of the answer's body, at most `most`; nil when it has ended.
    package func read(most: Int) async throws(Failure) -> [UInt8]? {
        let download = download
        return try await limited { try await download.take(most: most) }
    }

    package func close() {
        let task = task.withLock { task in
            defer { task = nil }
            return task
        }
        task?.cancel()
        let end = BytePipe.End.broken(describe(CancellationError()))
        for pipe in [upload, download, arrival] { pipe.finish(end) }
    }

    /// Waits for the server no longer than is allowed; silence breaks the exchange off.
    private func limited<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws(Failure) -> Value {
        let left = max(ContinuousClock.now.duration(to: deadline), .zero)
        let limit = min(idle, left)
        do {
            return try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    try await Task.sleep(for: limit)
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let value = first else {
                    throw HTTPClientError.readTimeout
                }
                return value
            }
        } catch {
            if error is HTTPClientError || error is CancellationError { close() }
            throw silence(error, limit: limit, isIdle: idle < left)
        }
    }

    private func silence(_ error: any Error, limit: Duration, isIdle: Bool) -> Failure {
        guard error as? HTTPClientError == .readTimeout else { return describe(error) }
        guard isIdle else { return describe(HTTPClientError.deadlineExceeded) }
        var failure = describe(error)
        failure.message = "\(HTTPFailure.server(of: request.url)) was silent for \(limit.spoken)"
        return failure
    }
}
