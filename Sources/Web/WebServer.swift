import HTTPTypes
import HummingbirdCore
import Logging
package import MCP
import Model
import NIOCore
import NIOPosix

/// Listens for agents over HTTP/1.1 and hands what they ask to the protocol's endpoint. No TLS: that is a proxy's business.
package struct WebServer: Sendable {
    /// Answers an admitted request.
    package typealias Answering =
        @Sendable (MCPEndpoint.Question, [UInt8], AccessTokens.Entry) async -> MCPEndpoint.Answer

    let host: String
    let port: Int
    let endpoint: MCPEndpoint
    let answer: Answering
    let isListening: @Sendable () -> Void

    static let path = "/mcp"
    /// Of a request's body, in bytes.
    static let bodyLimit = 4 << 20
    /// For the whole body of a request to come.
    static let bodyDeadline: Duration = .seconds(30)
    /// Without a byte between two requests.
    static let idleTime: TimeAmount = .seconds(60)
    static let connections = 64
    static let headerBytes = 32 << 10

    /// - Parameters:
    ///   - host: a name or an address, of IPv6 without brackets.
    ///   - isListening: told once the port is open.
    package init(
        host: String, port: Int, endpoint: MCPEndpoint, isListening: @escaping @Sendable () -> Void,
        answer: @escaping Answering
    ) {
        self.host = host
        self.port = port
        self.endpoint = endpoint
        self.isListening = isListening
        self.answer = answer
    }

    /// Serves until the surrounding service group shuts down.
    /// - Throws: `web.listen` where the port cannot be had.
    package func run() async throws {
        var configuration = HTTP1Channel.Configuration(idleTimeout: Self.idleTime)
        configuration.httpDecoder = .init(
            maxHeaderFieldSize: Self.headerBytes, maxHeaderListSize: Self.headerBytes, maxHeaderFieldCount: 100)
        let server = Server(
            childChannelSetup: HTTP1Channel(
                responder: { request, writer, _ in try await respond(to: request, writer) },
                configuration: configuration),
            configuration: ServerConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
            onServerRunning: { _ in isListening() }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "web") { _ in SwiftLogNoOpLogHandler() })
        do {
            try await server.run()
        } catch let error as IOError {
            throw Failure(
                .init("web.listen"), "cannot listen on \(host), port \(port)",
                remedy: "choose another web-listen, or end whoever has the port", cause: "\(error)")
        }
    }

    private struct Closing: Error {}

    private func respond(to request: Request, _ writer: consuming ResponseWriter) async throws {
        // Whoever hangs up wants no answer: what is at work for him is cancelled.
        let (answer, isWhole) = try await request.body.consumeWithCancellationOnInboundClose { body in
            try await self.answer(to: request, body)
        }
        var headers = HTTPFields()
        headers[.connection] = "close"
        headers[.cacheControl] = "no-store"
        if !answer.body.isEmpty { headers[.contentType] = "application/json" }
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let response = Response(
            status: .init(code: answer.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
        try await writer.write(response: response.head, body: response.body)
        // What is left of the body would be read to its end, however long it is.
        if !isWhole { throw Closing() }
    }

    /// - Returns: the answer, and whether the body was read to its end.
    private func answer(to request: Request, _ body: RequestBody) async throws -> (MCPEndpoint.Answer, Bool) {
        guard request.uri.path == Self.path else {
            let rest = try await read(body, keeps: false)
            return (MCPEndpoint.Answer(status: 404), rest.isWhole)
        }
        let question = MCPEndpoint.Question(
            method: request.method.rawValue,
            headers: HTTPFieldList(request.headers.map { (name: $0.name.canonicalName, value: $0.value) }))
        switch endpoint.admit(question) {
        case .refused(let refusal):
            // A connection that is closed over unread bytes may take the answer with it.
            let rest = try await read(body, keeps: false)
            return (refusal, rest.isWhole)
        case .admitted(let entry):
            let whole = try await read(body, keeps: true)
            if whole.isLate { return (MCPEndpoint.tooSlow(), false) }
            guard whole.isWhole else { return (MCPEndpoint.tooLarge(Self.bodyLimit), false) }
            return (await answer(question, whole.bytes, entry), true)
        }
    }

    private struct Reading: Sendable {
        var bytes: [UInt8] = []
        var isWhole = true
        var isLate = false
    }

    /// Reads a body, up to the limit and the deadline.
    private func read(_ body: RequestBody, keeps: Bool) async throws -> Reading {
        try await withThrowingTaskGroup(of: Reading.self) { group in
            group.addTask {
                var reading = Reading()
                var count = 0
                for try await buffer in body {
                    count += buffer.readableBytes
                    guard count <= Self.bodyLimit else { return Reading(isWhole: false) }
                    if keeps { reading.bytes += buffer.readableBytesView }
                }
                return reading
            }
            group.addTask {
                try await Task.sleep(for: Self.bodyDeadline)
                return Reading(isWhole: false, isLate: true)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? Reading(isWhole: false)
        }
    }
}
