import Model
import Stages
import Synchronization

/// Passes requests on and remembers them; can be told to fail some.
final class Recorder: HTTPService, HTTPStreamService {
    struct Request: Sendable {
        var method: String
        var url: String
        var headers: [(name: String, value: String)]
        var body: [UInt8]
    }
    private let http: any HTTPService
    private let streams: any HTTPStreamService
    private let seen = Mutex<[Request]>([])
    private let hook = Mutex<(@Sendable (Request) async -> Void)?>(nil)
    private let cut = Mutex<(@Sendable (Request) -> Bool)?>(nil)

    init(_ http: any HTTPService, _ streams: any HTTPStreamService) {
        self.http = http
        self.streams = streams
    }

    var requests: [Request] { seen.withLock { $0 } }
    func forget() { seen.withLock { $0 = [] } }
    /// Called before each request is passed on.
    func before(_ body: @escaping @Sendable (Request) async -> Void) { hook.withLock { $0 = body } }

    /// From the request on for which this is true, none is passed on; nil mends it.
    func cutOff(_ body: (@Sendable (Request) -> Bool)?) { cut.withLock { $0 = body } }

    func send(_ request: HTTPServiceRequest) async throws(Failure) -> HTTPServiceResponse {
        try await note(Request(method: request.method, url: request.url, headers: request.headers, body: request.body))
        return try await http.send(request)
    }

    func open(_ request: HTTPStreamRequest) async throws(Failure) -> any HTTPServiceStream {
        var body: [UInt8] = []
        if case .bytes(let bytes) = request.body { body = bytes }
        try await note(Request(method: request.method, url: request.url, headers: request.headers, body: body))
        return try await streams.open(request)
    }

    private func note(_ request: Request) async throws(Failure) {
        if let isCut = cut.withLock({ $0 }), isCut(request) {
            cutOff { _ in true }
            throw Failure(.init("http.connect"), "the server cannot be reached")
        }
        seen.withLock { $0.append(request) }
        if let hook = hook.withLock({ $0 }) { await hook(request) }
    }
}
