import AsyncHTTPClient
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Turns what the HTTP client threw into a `Failure` that names the server and says what to do.
struct HTTPFailure {
    let error: any Error
    let request: HTTPTransport.Request
    let connectTimeout: Duration

    var failure: Failure {
        if let failure = error as? Failure { return failure }
        if error is CancellationError { return cancelled }
        if error is ResponseAccumulator.ResponseTooBigError {
            return Failure(
                .httpBodyTooLarge, "\(server) answered with more than \(request.maximumBody) bytes",
                remedy: "Check that the URL is the one meant.")
        }
        if let error = error as? NIOConnectionError { return connection(error) }
        if let error = error as? HTTPClientError { return client(error) }
        if let error = error as? ResponseHeadCheck.InvalidStatus {
            return Failure(
                .httpFailed, "\(server) does not speak HTTP: \(error)", remedy: "Check that the URL is the one meant.",
                scheduling: .retry)
        }
        if error as? HTTPParserError == .invalidEOFState { return closed(cause: nil) }
        if error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError { return tls }
        if let error = error as? IOError {
            return Self.isRefusal(error) ? unreachable(cause: Self.words(error)) : closed(cause: Self.words(error))
        }
        if let error = error as? ChannelError {
            if Self.isConnectTimeout(error) { return connectTimedOut }
            return closed(cause: error.description)
        }
        return Failure(.httpFailed, "the request to \(server) failed", cause: "\(error)", scheduling: .retry)
    }

    /// Scheme, host and port only: a path or a query may hold what nobody else should read.
    var server: String { Self.server(of: request.url) }

    static func server(of url: String) -> String {
        HTTPTransport.Request.authority(of: url).map { "\($0.scheme)\($0.host)" } ?? "the server"
    }

    private func client(_ error: HTTPClientError) -> Failure {
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout: return timedOut
        case .connectTimeout, .tlsHandshakeTimeout: return connectTimedOut
        case .remoteConnectionClosed, .uncleanShutdown: return closed(cause: nil)
        case .cancelled, .requestStreamCancelled: return cancelled
        case .alreadyShutdown: return Failure(.httpShutdown, "the HTTP client is being shut down")
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath:
            return Failure(
                .httpInvalidURL, "'\(server)' is no usable URL", remedy: "Write it as http(s)://host/path.")
        default:
            if error.description.contains("unsupportedScheme") {
                return Failure(.httpInvalidURL, "'\(server)' is neither http nor https")
            }
            return Failure(
                .httpFailed, "the request to \(server) failed", cause: error.shortDescription, scheduling: .retry)
        }
    }

    private func connection(_ error: NIOConnectionError) -> Failure {
        if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
            return Failure(
                .httpDNS, "the name of \(server) cannot be resolved",
                remedy: "Check the spelling of the host and this machine's name service.",
                scheduling: .wait(for: server))
        }
        let causes = error.connectionErrors.map { ($0.error as? IOError).map(Self.words) ?? "\($0.error)" }
        if error.connectionErrors.contains(where: { ($0.error as? ChannelError).map(Self.isConnectTimeout) ?? false }) {
            return connectTimedOut
        }
        return unreachable(cause: causes.first)
    }

    /// A connection that could not be made, as the kernel tells it where the host is an address.
    static func isRefusal(_ error: IOError) -> Bool {
        [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EACCES, EADDRNOTAVAIL, ENETDOWN].contains(error.errnoCode)
    }

    /// The kernel's words; NIO's own hold a closing bracket too many and call every refusal a reset.
    private static func words(_ error: IOError) -> String {
        strerror(error.errnoCode).map { String(cString: $0) } ?? "error \(error.errnoCode)"
    }

    private func unreachable(cause: String?) -> Failure {
        Failure(
            .httpConnect, "\(server) cannot be reached", remedy: "Check that it runs and listens on that port.",
            cause: cause, scheduling: .wait(for: server))
    }

    private static func isConnectTimeout(_ error: ChannelError) -> Bool {
        if case .connectTimeout = error { return true }
        return false
    }

    private var timedOut: Failure {
        Failure(
            .httpTimeout, "\(server) did not answer in full within \(request.timeout.spoken)",
            remedy: "Check the server, or allow it more time.", scheduling: .retry)
    }

    private var connectTimedOut: Failure {
        Failure(
            .httpTimeout, "\(server) did not accept a connection within \(connectTimeout.spoken)",
            remedy: "Check the server and the way to it (routes, firewalls).", scheduling: .wait(for: server))
    }

    private var cancelled: Failure { Failure(.httpCancelled, "the request to \(server) was cancelled") }

    private var tls: Failure {
        Failure(
            .httpTLS, "no trusted TLS connection to \(server)",
            remedy: "If its certificate is signed by an authority of your own, configure that authority's file.",
            cause: tlsCause)
    }

    private var tlsCause: String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not signed by a trusted authority" }
        if text.contains("unableToValidateCertificate") { return "its certificate cannot be validated" }
        return text
    }

    private func closed(cause: String?) -> Failure {
        Failure(
            .httpClosed, "\(server) closed the connection before its answer was complete",
            remedy: "Try again; if it persists, look into the server's log.", cause: cause, scheduling: .retry)
    }
}
