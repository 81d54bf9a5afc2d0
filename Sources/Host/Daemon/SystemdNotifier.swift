import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tells systemd how the daemon is (sd_notify(3)): one datagram to the socket that NOTIFY_SOCKET names.
///
/// Without that variable every call does nothing; a datagram that cannot be sent is not worth failing for.
struct SystemdNotifier: Sendable {
    private let address: String?

    init(address: String?) { self.address = address }

    /// Reads NOTIFY_SOCKET from the process's environment.
    static var fromEnvironment: SystemdNotifier {
        SystemdNotifier(address: getenv("NOTIFY_SOCKET").map { String(cString: $0) })
    }

    func ready(_ status: String) { send("READY=1\nSTATUS=\(oneLine(status))") }
    func status(_ status: String) { send("STATUS=\(oneLine(status))") }
    /// - Parameter time: what the end may take, whatever TimeoutStopSec of the unit says.
    func stopping(within time: Duration) {
        send(
            "STOPPING=1\nSTATUS=ending running stages\nEXTEND_TIMEOUT_USEC=\(time.wholeMilliseconds * 1000)")
    }

    /// Type=notify wants the monotonic time at which the reload began.
    func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)")
    }

    private func oneLine(_ text: String) -> String { text.split(separator: "\n").joined(separator: " ") }

    private func send(_ message: String) {
        guard let address, !address.isEmpty else { return }
        #if canImport(Glibc)
            let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
            let kind = SOCK_DGRAM
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        guard path.count < MemoryLayout.size(ofValue: name.sun_path) else { return }
        // A leading @ stands for the NUL of Linux's abstract namespace.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        _ = message.utf8.withContiguousStorageIfAvailable { bytes in
            withUnsafePointer(to: name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(descriptor, bytes.baseAddress, bytes.count, 0, $0, length)
                }
            }
        }
    }
}
