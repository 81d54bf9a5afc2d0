package import Model

/// Opens exchanges whose bodies pass in pieces: the implementation behind `http-stream/1`.
package protocol HTTPStreamService: Sendable {
    /// Starts an exchange; does not wait for the server.
    func open(_ request: HTTPStreamRequest) async throws(Failure) -> any HTTPServiceStream
}

/// An exchange under way. Nothing passes unless it is asked for.
package protocol HTTPServiceStream: Sendable {
    /// The next piece of the request's body; returns when there is room for another.
    func write(_ bytes: [UInt8]) async throws(Failure)
    /// Ends the request's body and waits for the head of the answer; its body is empty here.
    func answer() async throws(Failure) -> HTTPServiceResponse
    /// The next bytes of the answer's body, at most `most`; nil at its end.
    func read(most: Int) async throws(Failure) -> [UInt8]?
    /// Breaks it off, if it has not ended. May be called again.
    func close()
}

/// A request, secrets already in place.
package struct HTTPStreamRequest: Sendable {
    package enum Body: Sendable, Hashable {
        case bytes([UInt8])
        /// It will be written: so many bytes, or as many as come.
        case written(length: Int?)
    }
    package var method: String
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: Body
    /// For the whole exchange.
    package var timeout: Duration
    /// How long the server may keep us waiting, for any one thing.
    package var idle: Duration
    package init(
        method: String, url: String, headers: [(name: String, value: String)] = [], body: Body = .bytes([]),
        timeout: Duration, idle: Duration = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.idle = idle
    }
}
