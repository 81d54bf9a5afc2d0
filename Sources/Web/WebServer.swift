import HTTPTypes
import HummingbirdCore
import Logging
import MCP
import Model
import NIOCore
import NIOPosix

/// Listens for agents and for the forge's webhooks over HTTP/1.1. No TLS: that is a proxy's business.
package struct WebServer: Sendable {
    let host: String
    let port: Int
    /// nil where no agent may ask.
    let agents: AgentDoor?
    /// nil where no webhook is taken.
    let webhook: WebhookDoor?
    let isListening: @Sendable () -> Void
    private let desk: ConnectionDesk

    /// Of a request's body, in bytes.
    static let bodyLimit = 4 << 20
    /// For the whole body of a request to come.
    static let bodyDeadline: Duration = .seconds(30)
    /// Without a byte in the middle of a request.
    static let idleTime: TimeAmount = .seconds(60)
    static let headerBytes = 32 << 10

    /// - Parameters:
    ///   - host: a name or an address, of IPv6 without brackets.
    ///   - strangers: connections of those that have shown no token; for one more the oldest is closed.
    ///   - requests: with a token, at a time; one more is told to come again.
    ///   - headTime: for a request's whole header to come, and between two requests.
    ///   - isListening: told once the port is open.
    package init(
        host: String, port: Int, agents: AgentDoor?, webhook: WebhookDoor?, strangers: Int = 128, requests: Int = 64,
        headTime: Duration = .seconds(10), isListening: @escaping @Sendable () -> Void
    ) {
        self.host = host
        self.port = port
        self.agents = agents
        self.webhook = webhook
        self.isListening = isListening
        desk = ConnectionDesk(strangers: strangers, admitted: requests, headTime: TimeAmount(headTime))
    }

    /// Serves until the surrounding service group shuts down.
    /// - Throws: `web.listen` where the port cannot be had.
    package func run() async throws {
        var configuration = HTTP1Channel.Configuration(idleTimeout: Self.idleTime)
        configuration.httpDecoder = .init(
            maxHeaderFieldSize: Self.headerBytes, maxHeaderListSize: Self.headerBytes, maxHeaderFieldCount: 100)
        let server = Server(
            childChannelSetup: WatchedChannel(
                base: HTTP1Channel(
                    responder: { request, writer, channel in try await respond(to: request, writer, channel) },
                    configuration: configuration),
                desk: desk),
            configuration: ServerConfiguration(address: .hostname(host, port: port)),
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

    private func respond(to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        desk.asks(channel)
        // Whoever hangs up wants no answer: what is at work for him is cancelled.
        let (answer, isWhole) = try await request.body.consumeWithCancellationOnInboundClose { body in
            try await self.answer(to: request, body, channel)
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
        desk.answered(channel)
    }

    /// - Returns: the answer, and whether the body was read to its end.
    private func answer(to request: Request, _ body: RequestBody, _ channel: any Channel) async throws -> (
        MCPEndpoint.Answer, Bool
    ) {
        if request.uri.path == AgentDoor.path, let agents {
            return try await answer(to: request, body, agents, channel)
        }
        if request.uri.path == WebhookDoor.path, request.method == .post, let webhook {
            return try await answer(to: request, body, webhook)
        }
        let rest = try await BodyReading.of(body, keeping: 0)
        return (MCPEndpoint.Answer(status: 404), rest.isWhole)
    }

    private func answer(
        to request: Request, _ body: RequestBody, _ agents: AgentDoor, _ channel: any Channel
    ) async throws -> (MCPEndpoint.Answer, Bool) {
        let question = MCPEndpoint.Question(
            method: request.method.rawValue,
            headers: HTTPFieldList(request.headers.map { (name: $0.name.canonicalName, value: $0.value) }))
        switch agents.endpoint.admit(question) {
        case .refused(let refusal):
            // A connection that is closed over unread bytes may take the answer with it.
            let rest = try await BodyReading.of(body, keeping: 0)
            return (refusal, rest.isWhole)
        case .admitted(let entry):
            guard desk.admit(channel) else {
                let rest = try await BodyReading.of(body, keeping: 0)
                return (MCPEndpoint.tooBusy(), rest.isWhole)
            }
            let whole = try await BodyReading.of(body, keeping: Self.bodyLimit)
            if whole.isLate { return (MCPEndpoint.tooSlow(), false) }
            guard whole.isWhole else { return (MCPEndpoint.tooLarge(Self.bodyLimit), false) }
            return (await agents.answer(question, whole.bytes, entry), true)
        }
    }

    /// Says nothing but a number: whoever may not come in is not to learn why.
    private func answer(to request: Request, _ body: RequestBody, _ webhook: WebhookDoor) async throws -> (
        MCPEndpoint.Answer, Bool
    ) {
        let reading = try await BodyReading.of(
            body, keeping: WebhookDoor.bodyLimit, deadline: WebhookDoor.bodyDeadline)
        if reading.isLate { return (MCPEndpoint.Answer(status: 408), false) }
        guard reading.isKept else { return (MCPEndpoint.Answer(status: 413), reading.isWhole) }
        let answer = await webhook.receive(
            request.headers.map { (name: $0.name.canonicalName, value: $0.value) }, reading.bytes)
        return (MCPEndpoint.Answer(status: answer.status), true)
    }
}
