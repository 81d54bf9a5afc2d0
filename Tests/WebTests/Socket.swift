#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A connection of a client that does what no library would.
struct Socket: Sendable {
    let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// No thread of the pool that the server runs on is held while it connects.
    /// - Parameter port: on loopback.
    /// - Returns: nil where nobody has taken the connection in by then.
    static func to(_ port: Int, atMost: Duration = .seconds(20)) async throws -> Socket? {
        let socket = Socket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0))
        var address = loopback(port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status != 0 else { return socket }
        let deadline = ContinuousClock.now + atMost
        while true {
            var poller = pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&poller, 1, 0) > 0 { return socket }
            guard ContinuousClock.now < deadline else { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        socket.close()
        return nil
    }

    func send(_ text: String) { _ = text.withCString { Glibc.send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) } }

    /// What comes until it stands there, the connection ends, or nothing comes any more.
    /// - Returns: what came, and whether the connection ended.
    func receive(until end: String? = nil, atMost: Duration) async throws -> (text: String, isClosed: Bool) {
        var text = ""
        let deadline = ContinuousClock.now + atMost
        var buffer = [UInt8](repeating: 0, count: 4096)
        while ContinuousClock.now < deadline {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 0) > 0 else {
                try await Task.sleep(for: .milliseconds(5))
                continue
            }
            let count = read(descriptor, &buffer, buffer.count)
            if count <= 0 { return (text, true) }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            if let end, text.contains(end) { break }
        }
        return (text, false)
    }

    func close() { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

    static func freePort() -> Int {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { _ = Glibc.close(probe) }
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(probe, $0, length)
                _ = getsockname(probe, $0, &length)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
