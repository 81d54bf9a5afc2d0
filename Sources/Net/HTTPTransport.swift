import AsyncHTTPClient
package import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// The one HTTP client of the program: pooled keep-alive connections, a deadline for every request, redirects that are
/// handed back instead of followed (so that no `Authorization` ever reaches another host), no proxy from the environment.
///
/// One event-loop thread serves all connections. `shutdown()` must be awaited before the last reference goes.
package final class HTTPTransport: Sendable {
    /// What holds for every request of a transport.
    package struct Options: Sendable {
        /// How long a connection may take to be established, TLS included.
        package var connectTimeout: Duration
        /// How long an unused connection is kept open for the next request.
        package var idleConnectionTime: Duration
        package var maximumConnectionsPerHost: Int
        package init(
            connectTimeout: Duration = .seconds(10),
            idleConnectionTime: Duration = .seconds(300), maximumConnectionsPerHost: Int = 8
        ) {
            self.connectTimeout = connectTimeout
            self.idleConnectionTime = idleConnectionTime
            self.maximumConnectionsPerHost = maximumConnectionsPerHost
        }
    }

    private let group: MultiThreadedEventLoopGroup
    private let client: HTTPClient
    private let options: Options
    /// NIOSSL reads certificate files when a configuration is made; one per distinct `TLS`, not one per request.
    private let configurations = Mutex<[TLS: TLSConfiguration]>([:])
    /// NIO allows nothing on an event loop that has ended, so the door is closed before it ends.
    private let isShutDown = Mutex(false)

    package init(_ options: Options = Options()) {
        self.options = options
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            // No limit to silence: each request has a deadline, and who gives a slow server ten minutes means it.
            timeout: .init(connect: options.connectTimeout.timeAmount),
            connectionPool: .init(
                idleTimeout: options.idleConnectionTime.timeAmount,
                concurrentHTTP1ConnectionsPerHostSoftLimit: options.maximumConnectionsPerHost),
            proxy: nil, decompression: .disabled)
        // HTTP/2 would buy nothing for single small exchanges and costs memory per connection.
        configuration.httpVersion = .http1Only
        // Fail at the first refused connection: whoever schedules the work decides when to try again.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { ResponseHeadCheck.install(in: $0) }
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    /// Sends one request and collects its answer, whatever the status; 3xx come back as they are.
    ///
    /// A pooled connection that the server closed while it lay idle is replaced once when the request is idempotent.
    /// - Throws: `http.timeout`, `http.connect`, `http.dns`, `http.tls`, `http.closed`, `http.body-too-large`,
    ///   `http.invalid-url`, `http.cancelled`, `http.shutdown`, `http.failed`. No message holds a header or a query.
    package func send(_ request: Request) async throws(Failure) -> Response {
        if isShutDown.withLock({ $0 }) { throw failure(HTTPClientError.alreadyShutdown, request) }
        let deadline = NIODeadline.now() + request.timeout.timeAmount
        do {
            return try await attempt(request, deadline: deadline)
        } catch {
            guard request.isIdempotent, Self.isStaleConnection(error), !Task.isCancelled else {
                throw failure(error, request)
            }
        }
        do {
            return try await attempt(request, deadline: deadline)
        } catch {
            throw failure(error, request)
        }
    }

    /// Starts an exchange whose bodies pass in pieces; see `HTTPStream`. The request's own body and limit are not looked at.
    ///
    /// - Throws: `http.shutdown`, and `http.tls` for files that cannot be used; everything else comes from the stream.
    package func open(
        _ request: Request, body: HTTPStream.Body = .bytes([]), idle: Duration = .seconds(30)
    ) throws(Failure) -> HTTPStream {
        if isShutDown.withLock({ $0 }) { throw failure(HTTPClientError.alreadyShutdown, request) }
        guard request.hasUsablePort else { throw failure(HTTPClientError.invalidURL, request) }
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        do {
            outgoing.tlsConfiguration = try request.tls.map(configuration)
        } catch {
            throw failure(error, request)
        }
        let (client, connectTimeout) = (client, options.connectTimeout)
        let prepared = outgoing
        return HTTPStream(request, body: body, idle: idle) { body in
            var complete = prepared
            complete.body = body
            return try await client.execute(complete, deadline: .distantFuture)
        } describe: { error in
            HTTPFailure(error: error, request: request, connectTimeout: connectTimeout).failure
        }
    }

    /// Closes all connections and ends the event loop; requests under way fail with `http.shutdown`. May be called again.
    package func shutdown() async {
        let isFirst = isShutDown.withLock { isShutDown in
            defer { isShutDown = true }
            return !isShutDown
        }
        guard isFirst else { return }
        try? await client.shutdown()
        try? await group.shutdownGracefully()
    }

    private func attempt(_ request: Request, deadline: NIODeadline) async throws -> Response {
        guard request.hasUsablePort else { throw HTTPClientError.invalidURL }
        var headers = HTTPHeaders()
        headers.reserveCapacity(request.headers.count + 2)
        for header in request.headers { headers.add(name: header.name, value: header.value) }
        let outgoing = try HTTPClient.Request(
            url: request.url, method: HTTPMethod(rawValue: request.method), headers: headers,
            body: request.body.isEmpty ? nil : .bytes(request.body),
            tlsConfiguration: try request.tls.map(configuration))
        let exchange = HTTPExchange(
            client: client, eventLoop: group.any(), request: outgoing, maximumBody: request.maximumBody,
            deadline: deadline)
        let answer = try await exchange.run()
        return Response(
            status: Int(answer.status.code),
            headers: answer.headers.map { Header($0.name, $0.value) },
            body: answer.body.map { Array($0.readableBytesView) } ?? [])
    }

    private func configuration(for tls: TLS) throws -> TLSConfiguration {
        if let known = configurations.withLock({ $0[tls] }) { return known }
        let made = try tls.configuration()
        configurations.withLock { known in
            // Certificates are renewed; what nobody asks for any more is not kept for ever.
            if known.count >= 64 { known.removeAll() }
            known[tls] = made
        }
        return made
    }

    private static func isStaleConnection(_ error: any Error) -> Bool {
        if let error = error as? HTTPClientError { return error == .remoteConnectionClosed }
        // What is met when writing to a connection that the pool believed to be alive.
        if let error = error as? ChannelError { return error == .ioOnClosedChannel }
        return (error as? IOError).map { !HTTPFailure.isRefusal($0) } ?? false
    }

    private func failure(_ error: any Error, _ request: Request) -> Failure {
        HTTPFailure(error: error, request: request, connectTimeout: options.connectTimeout).failure
    }
}

extension Duration {
    var timeAmount: TimeAmount { .microseconds(wholeMicroseconds) }
}
