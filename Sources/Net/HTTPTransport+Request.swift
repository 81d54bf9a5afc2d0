import Model

extension HTTPTransport {
    /// A header line; names compare without case.
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One HTTP request.
    package struct Request: Sendable {
        package var method: String
        /// Absolute, `http` or `https`, without user information.
        package var url: String
        package var headers: [Header]
        package var body: [UInt8]
        /// For the exchange as a whole, from the first packet to the last byte of the body.
        package var timeout: Duration
        /// Bytes; a longer answer is refused with `http.body-too-large` and the connection closed.
        package var maximumBody: Int
        /// Trust and client certificate; nil uses the system's roots and no certificate.
        package var tls: TLS?
        /// The request may be repeated once when the server closed the pooled connection under it. True for GET and HEAD.
        package var isIdempotent: Bool

        package init(
            _ method: String = "GET", _ url: String, headers: [Header] = [], body: [UInt8] = [],
            timeout: Duration = .seconds(60), maximumBody: Int = 16 << 20, tls: TLS? = nil, isIdempotent: Bool? = nil
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.timeout = timeout
            self.maximumBody = maximumBody
            self.tls = tls
            self.isIdempotent = isIdempotent ?? (method == "GET" || method == "HEAD")
        }
    }

    /// The answer to a request, complete.
    package struct Response: Sendable {
        package var status: Int
        package var headers: [Header]
        package var body: [UInt8]
        package init(status: Int, headers: [Header] = [], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        /// The first value of a header, its name compared without case.
        package func header(_ name: String) -> String? {
            headers.first { $0.name.utf8.elementsEqual(name.utf8) || $0.name.lowercased() == name.lowercased() }?.value
        }
        /// The body as text, invalid UTF-8 replaced.
        package var text: String { String(decoding: body, as: UTF8.self) }
    }
}

extension HTTPTransport.Request {
    /// Scheme with `://`, and host with port; nil where the text is no URL. User information is left out.
    static func authority(of url: String) -> (scheme: Substring, host: Substring)? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return (url[..<scheme.upperBound], host)
    }

    /// AsyncHTTPClient ends the process for a port that is none.
    var hasUsablePort: Bool {
        // Some parsers end the host at a backslash.
        guard let (_, host) = Self.authority(of: String(url.prefix { $0 != "\\" })) else { return true }
        let rest = host.lastIndex(of: "]").map { host[$0...] } ?? host
        guard let colon = rest.lastIndex(of: ":") else { return true }
        let port = rest[rest.index(after: colon)...]
        return port.isEmpty || Int(port).map((1...65535).contains) ?? false
    }
}
