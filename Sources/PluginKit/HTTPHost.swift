internal import PluginAPI

/// A request for the host to send.
public struct HTTPCall: Sendable {
    public var method: String
    /// Absolute, http or https, without user information.
    public var url: String
    public var headers: [(name: String, value: String)] = []
    public var secretHeaders: [SecretValue] = []
    public var body: [UInt8] = []
    /// For the whole exchange; nil is 30 s; never beyond the stage's deadline.
    public var timeout: Duration?
    /// Bytes of response accepted; nil is 4 MiB; at most 31 MiB.
    public var maxBody: Int?
    public init(_ method: String, _ url: String) {
        self.method = method
        self.url = url
    }
}

/// A response, whatever its status.
public struct HTTPAnswer: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    public var text: String { String(decoding: body, as: UTF8.self) }
    /// The first header of that name, which is compared without case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// `http/1`.
public struct HTTPHost: Sendable {
    private let host: HostCalls
    init(_ host: HostCalls) { self.host = host }

    /// Sends a request and waits for the answer. Redirects are not followed.
    ///
    /// - Throws: `failed` with the reason when there was no response, `notFound` when a secret does not exist.
    public func send(_ call: HTTPCall) throws(HostCallFailure) -> HTTPAnswer {
        guard let table = host.http, let send = table.send else { throw .init("http/1 send", code: 8) }
        let arena = Arena()
        var request = deployer_http_request()
        request.size = UInt64(MemoryLayout<deployer_http_request>.size)
        request.method = arena.string(call.method)
        request.url = arena.string(call.url)
        (request.headers, request.header_count) = arena.pairs(call.headers.map { ($0.name, $0.value) })
        (request.secret_headers, request.secret_header_count) = arena.secrets(call.secretHeaders)
        request.body = arena.bytes(call.body)
        request.timeout_ms = call.timeout.map(milliseconds) ?? 0
        request.max_body = UInt64(max(call.maxBody ?? 0, 0))

        return try HTTPPending.answer("http/1 send") { context, response in
            withExtendedLifetime(arena) { send(host.context, host.operation, &request, context, response) }
        }
    }
}

/// Takes the answer of a call that ends in an HTTP response.
final class HTTPPending {
    private var answer: HTTPAnswer?
    private var message = ""

    typealias Receive = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<deployer_http_response>?) -> Void

    static func answer(
        _ name: String, _ call: (UnsafeMutableRawPointer, Receive) -> Int32
    ) throws(HostCallFailure) -> HTTPAnswer {
        let pending = HTTPPending()
        let code = withExtendedLifetime(pending) {
            call(Unmanaged.passUnretained(pending).toOpaque()) { context, response in
                guard let context, let response else { return }
                let pending = Unmanaged<HTTPPending>.fromOpaque(context).takeUnretainedValue()
                let answer = sized(response)
                pending.message = String(answer.message)
                pending.answer = HTTPAnswer(
                    status: Int(answer.status),
                    headers: list(answer.headers, answer.header_count).map { (String($0.name), String($0.value)) },
                    body: [UInt8](answer.body))
            }
        }
        guard code == DEPLOYER_CALL_OK, let answer = pending.answer else {
            throw .init(name, code: code, message: pending.message)
        }
        return answer
    }
}
