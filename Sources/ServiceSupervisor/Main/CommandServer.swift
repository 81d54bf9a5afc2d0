import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The unix socket on which commands arrive, and the clients that are connected to it.
struct CommandServer {
    enum Message {
        case incomplete, closed
        case text(FieldText)
    }

    private static let maximumClients = 32

    let descriptor: Int32
    private var received: [Int32: [UInt8]] = [:]

    /// Listens at a path relative to the working directory: the absolute path may be longer than a socket's address
    /// can hold (108 bytes).
    init?(path: String) {
        #if canImport(Glibc)
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
            let type = SOCK_STREAM
        #endif
        descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { return nil }
        #if canImport(Darwin)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #endif
        // A socket file that was left by a killed supervisor: the lock says that nobody listens at it any more.
        unlink(path)
        guard SocketAddress.with(path, { bind(descriptor, $0, $1) }) == 0, chmod(path, 0o600) == 0,
            listen(descriptor, 16) == 0
        else {
            _ = Self.shut(descriptor)
            return nil
        }
        KernelControl.setNonBlocking(descriptor)
    }

    var clients: [Int32] { Array(received.keys) }

    mutating func accept() {
        let client = Self.acceptClient(descriptor)
        guard client >= 0 else { return }
        guard received.count < Self.maximumClients else {
            _ = Self.shut(client)
            return
        }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        // A client that does not read its answer holds the loop for a second at most.
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        received[client] = []
    }

    /// Takes what a client has sent; called when poll says that there is something.
    mutating func read(_ client: Int32) -> Message {
        var block = [UInt8](repeating: 0, count: 16_384)
        let count = recv(client, &block, block.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return .incomplete }
        guard count > 0, var bytes = received[client] else { return .closed }
        bytes += block.prefix(count)
        guard FieldText.isClosed(bytes) else {
            received[client] = bytes
            return bytes.count > FieldText.largest ? .closed : .incomplete
        }
        received[client] = []
        return FieldText(bytes).map(Message.text) ?? .closed
    }

    func send(_ text: FieldText, to client: Int32) {
        guard received[client] != nil else { return }
        Files.write(text.bytes, to: client)
    }

    mutating func close(_ client: Int32) {
        guard received.removeValue(forKey: client) != nil else { return }
        _ = Self.shut(client)
    }

    // Inside this type the C library's `accept` and `close` are hidden by the methods of the same names.
    private static func shut(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Darwin.close(descriptor)
        #endif
    }
    private static func acceptClient(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.accept(descriptor, nil, nil)
        #else
            Darwin.accept(descriptor, nil, nil)
        #endif
    }
}
