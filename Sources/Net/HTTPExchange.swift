import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One request on its way, started on the event loop itself: started from elsewhere, its timer and its write would each wake the
/// loop's thread, which is a good part of what a small request costs.
final class HTTPExchange: Sendable {
    private enum State {
        case waiting
        case running(HTTPClient.Task<HTTPClient.Response>)
        case cancelled
    }

    private let client: HTTPClient
    private let eventLoop: any EventLoop
    private let request: HTTPClient.Request
    private let maximumBody: Int
    private let deadline: NIODeadline
    private let state = Mutex(State.waiting)

    init(
        client: HTTPClient, eventLoop: any EventLoop, request: HTTPClient.Request, maximumBody: Int,
        deadline: NIODeadline
    ) {
        self.client = client
        self.eventLoop = eventLoop
        self.request = request
        self.maximumBody = maximumBody
        self.deadline = deadline
    }

    /// The answer, or whatever the HTTP client throws. The end of the task cancels the exchange.
    func run() async throws -> HTTPClient.Response {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                eventLoop.execute { self.start(continuation) }
            }
        } onCancel: {
            cancel()
        }
    }

    private func start(_ continuation: CheckedContinuation<HTTPClient.Response, any Error>) {
        let isCancelled = state.withLock { state in
            if case .cancelled = state { return true }
            return false
        }
        if isCancelled { return continuation.resume(throwing: CancellationError()) }
        let task = client.execute(
            request: request, delegate: ResponseAccumulator(request: request, maxBodySize: maximumBody),
            eventLoop: .delegate(on: eventLoop), deadline: deadline)
        task.futureResult.whenComplete { continuation.resume(with: $0) }
        let wasCancelled = state.withLock { state in
            if case .cancelled = state { return true }
            state = .running(task)
            return false
        }
        if wasCancelled { task.cancel() }
    }

    private func cancel() {
        let task = state.withLock { state in
            defer { state = .cancelled }
            if case .running(let task) = state { return task as HTTPClient.Task<HTTPClient.Response>? }
            return nil
        }
        task?.cancel()
    }
}
