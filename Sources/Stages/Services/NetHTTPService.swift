package import Model
package import Net

/// `http/1` over the program's one HTTP client.
package struct NetHTTPService: HTTPService {
    let transport: HTTPTransport
    let tls: HTTPTransport.TLS?

    /// - Parameter tls: the operator's own certificates; nil trusts the system's.
    package init(_ transport: HTTPTransport, tls: HTTPTransport.TLS? = nil) {
        self.transport = transport
        self.tls = tls
    }

    package func send(_ request: HTTPServiceRequest) async throws(Failure) -> HTTPServiceResponse {
        let answer = try await transport.send(
            HTTPTransport.Request(
                request.method, request.url,
                headers: request.headers.map { HTTPTransport.Header($0.name, $0.value) }, body: request.body,
                timeout: request.timeout, maximumBody: request.maximumBody, tls: tls,
                isIdempotent: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(request.method.uppercased())))
        return HTTPServiceResponse(
            status: answer.status, headers: answer.headers.map { ($0.name, $0.value) }, body: answer.body)
    }
}
