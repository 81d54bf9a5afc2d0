package import Model

extension Failure.Code {
    /// No connection, no progress or no complete answer in time.
    package static let httpTimeout = Failure.Code("http.timeout")
    /// Nobody listens there, or there is no way to it.
    package static let httpConnect = Failure.Code("http.connect")
    package static let httpDNS = Failure.Code("http.dns")
    /// The certificate is not trusted, or a certificate file cannot be used.
    package static let httpTLS = Failure.Code("http.tls")
    /// The connection ended before the answer was complete.
    package static let httpClosed = Failure.Code("http.closed")
    package static let httpBodyTooLarge = Failure.Code("http.body-too-large")
    package static let httpInvalidURL = Failure.Code("http.invalid-url")
    package static let httpCancelled = Failure.Code("http.cancelled")
    package static let httpShutdown = Failure.Code("http.shutdown")
    package static let httpFailed = Failure.Code("http.failed")
}
