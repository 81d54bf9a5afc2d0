import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A TCP server on a free loopback port that gives each connection a thread: the ground under the test servers.
package final class LoopbackListener: Sendable {
    package let port: Int
    private let listening: Int32
    private let state = Mutex<State>(State())

    private struct State {
        var isStopped = false
        var connections: Set<Int32> = []
        var accepted = 0
    }

    /// - Parameter handler: serves one connection, given as a descriptor; returning closes it.
    package init(_ handler: @escaping @Sendable (Int32) -> Void) throws {
        #if canImport(Darwin)
            let made = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(made, $0, length) == 0 && listen(made, 64) == 0 && getsockname(made, $0, &length) == 0
            }
        }
        guard isBound else { throw PeerError("no loopback port is free: \(String(cString: strerror(errno)))") }
        listening = made
        port = Int(UInt16(bigEndian: address.sin_port))
        PeerThread.start { [self] in acceptAll(handler) }
    }

    /// How many connections were opened so far: a pooled client opens one for many requests.
    package var acceptedConnections: Int { state.withLock { $0.accepted } }

    /// Closes the port and every connection; threads that serve one see its end.
    package func stop() {
        let connections = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped ? nil : state.connections
        }
        guard let connections else { return }
        shutdown(listening, Int32(SHUT_RDWR))
        for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func acceptAll(_ handler: @escaping @Sendable (Int32) -> Void) {
        while true {
            let connection = accept(listening, nil, nil)
            if connection < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            let isWanted = state.withLock { state in
                state.accepted += 1
                if !state.isStopped { state.connections.insert(connection) }
                return !state.isStopped
            }
            guard isWanted else {
                close(connection)
                break
            }
            var one: Int32 = 1
            setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            PeerThread.start { [self] in
                handler(connection)
                state.withLock { _ = $0.connections.remove(connection) }
                close(connection)
            }
        }
        close(listening)
    }
}

/// A detached thread, for servers that block.
package enum PeerThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    package static func start(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            pthread_create(
                &thread, nil,
                { work in
                    PeerThread.run(work)
                    return nil
                }, work)
            if let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { work in
                    if let work { PeerThread.run(work) }
                    return nil
                }, work)
            pthread_detach(thread)
        #endif
    }

    private static func run(_ work: UnsafeMutableRawPointer) {
        Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
    }
}

/// Something is wrong with a test's surroundings, not with its subject.
package struct PeerError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
