package import Model

/// Sends the requests that plugins ask for: the implementation behind `http/1`.
package protocol HTTPService: Sendable {
    /// Sends one request and collects its answer, whatever the status; redirects come back as they are.
    ///
    /// - Throws: the reason when there was no whole answer.
    func send(_ request: HTTPServiceRequest) async throws(Failure) -> HTTPServiceResponse
}

/// A request, secrets already in place.
package struct HTTPServiceRequest: Sendable {
    package var method: String
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// For the whole exchange.
    package var timeout: Duration
    /// A longer answer is an error.
    package var maximumBody: Int
    /// The plugin's own; nil leaves trust to the host and shows no certificate.
    package var tls: HTTPServiceTLS?
    package init(
        method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration, maximumBody: Int, tls: HTTPServiceTLS? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumBody = maximumBody
        self.tls = tls
    }
}

package struct HTTPServiceResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
