internal import PluginAPI

/// A request whose answer, and if it is wished whose body, passes in pieces.
public struct HTTPStreamCall: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        /// It comes through `write`: so many bytes, or as many as come.
        case written(length: Int?)
    }
    public var method: String
    /// Absolute, http or https, without user information.
    public var url: String
    public var headers: [(name: String, value: String)] = []
    public var secretHeaders: [SecretValue] = []
    public var body = Body.bytes([])
    /// Markers in a body of bytes, by name: the host puts the secret in the place of each.
    public var bodySecrets: [SecretValue] = []
    /// The markers stand inside JSON strings: the host escapes the secrets for that.
    public var bodyIsJSON = false
    /// For the whole exchange; nil: until the stage's deadline.
    public var timeout: Duration?
    /// How long the server may keep this end waiting, for any one thing; nil is 30 s.
    public var idle: Duration?
    public init(_ method: String, _ url: String) {
        self.method = method
        self.url = url
    }
}

/// `http-stream/1`.
public struct HTTPStreamHost: Sendable {
    private let host: HostCalls
    init(_ host: HostCalls) { self.host = host }

    /// Starts an exchange; does not wait for the server. Close it when you are done with it.
    ///
    /// - Throws: `unsupported` when the host does not offer it, `notFound` when a secret does not exist.
    public func open(_ call: HTTPStreamCall) throws(HostCallFailure) -> HTTPStream {
        guard let open = host.stream?.open else { throw .init("http-stream/1 open", code: 8) }
        let arena = Arena()
        var request = deployer_stream_request()
        request.size = UInt64(MemoryLayout<deployer_stream_request>.size)
        request.method = arena.string(call.method)
        request.url = arena.string(call.url)
        (request.headers, request.header_count) = arena.pairs(call.headers.map { ($0.name, $0.value) })
        (request.secret_headers, request.secret_header_count) = arena.secrets(call.secretHeaders)
        switch call.body {
        case .bytes(let bytes): request.body = arena.bytes(bytes)
        case .written(let length):
            request.flags |= DEPLOYER_STREAM_WRITES
            request.body_length = UInt64(length ?? 0)
        }
        (request.body_secrets, request.body_secret_count) = arena.secrets(call.bodySecrets)
        if call.bodyIsJSON { request.flags |= DEPLOYER_STREAM_JSON_SECRETS }
        request.timeout_ms = call.timeout.map(milliseconds) ?? 0
        request.idle_ms = call.idle.map(milliseconds) ?? 0
        let piece = try StreamAnswer.of("open") { context, result in
            withExtendedLifetime(arena) { open(host.context, host.operation, &request, context, result) }
        }
        return HTTPStream(host, piece.stream)
    }
}

/// An exchange under way. Nothing passes unless it is asked for; others may be used at the same time.
public final class HTTPStream {
    private let host: HostCalls
    private let number: UInt64
    private var isOpen = true

    init(_ host: HostCalls, _ number: UInt64) {
        self.host = host
        self.number = number
    }

    deinit { close() }

    /// The next piece of the request's body, in as many calls as it takes.
    public func write(_ bytes: [UInt8]) throws(HostCallFailure) {
        guard let write = host.stream?.write else { throw .init("http-stream/1 write", code: 8) }
        let most = Int(DEPLOYER_CAP_STREAM_PIECE)
        for start in stride(from: 0, to: bytes.count, by: most) {
            let arena = Arena()
            let part = arena.bytes(Array(bytes[start..<min(start + most, bytes.count)]))
            _ = try StreamAnswer.of("write") { context, result in
                withExtendedLifetime(arena) { write(host.context, host.operation, number, part, context, result) }
            }
        }
    }

    /// Ends the request's body and waits for status and headers; the body is empty here.
    ///
    /// - Throws: `failed` with the reason when there was no response.
    public func answer() throws(HostCallFailure) -> HTTPAnswer {
        guard let answer = host.stream?.answer else { throw .init("http-stream/1 answer", code: 8) }
        return try HTTPPending.answer("http-stream/1 answer") { context, response in
            answer(host.context, host.operation, number, context, response)
        }
    }

    /// The next bytes of the answer's body; empty at its end.
    ///
    /// - Parameter most: bytes, at most 4 MiB; nil is 256 KiB.
    public func read(most: Int? = nil) throws(HostCallFailure) -> [UInt8] {
        guard let read = host.stream?.read else { throw .init("http-stream/1 read", code: 8) }
        return try StreamAnswer.of("read") { context, result in
            read(host.context, host.operation, number, UInt64(max(most ?? 0, 0)), context, result)
        }.bytes
    }

    /// Lets go of it; an exchange that has not ended is broken off.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        _ = host.stream?.close?(host.context, host.operation, number)
    }
}

private final class StreamAnswer {
    var stream: UInt64 = 0
    var bytes: [UInt8] = []
    var message = ""

    typealias Receive = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<deployer_stream_piece>?) -> Void

    static func of(
        _ name: String, _ call: (UnsafeMutableRawPointer, Receive) -> Int32
    ) throws(HostCallFailure) -> StreamAnswer {
        let pending = StreamAnswer()
        let code = withExtendedLifetime(pending) {
            call(Unmanaged.passUnretained(pending).toOpaque()) { context, piece in
                guard let context, let piece else { return }
                let pending = Unmanaged<StreamAnswer>.fromOpaque(context).takeUnretainedValue()
                let answer = sized(piece)
                pending.stream = answer.stream
                pending.bytes = [UInt8](answer.bytes)
                pending.message = String(answer.message)
            }
        }
        guard code == DEPLOYER_CALL_OK else {
            throw .init("http-stream/1 \(name)", code: code, message: pending.message)
        }
        return pending
    }
}
