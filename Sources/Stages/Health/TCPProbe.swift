import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether something accepts connections.
enum TCPProbe {
    /// Connects and closes again.
    ///
    /// - Returns: why it failed; nil for success.
    static func connect(host: String, port: Int, timeout: Duration) async -> String? {
        guard (1...65_535).contains(port) else { return "\(port) is no port" }
        guard let wake = WakePipe() else { return "the daemon has no file descriptors left" }
        let deadline = Clock.milliseconds + max(1, Int(timeout.wholeMilliseconds))
        return await withTaskCancellationHandler {
            await first(before: deadline) { attempt(host, port, deadline, wake) }
        } onCancel: {
            wake.wake()
        }
    }

    /// What `body` answers, or that it took too long: a name server that is silent cannot be interrupted, so its thread
    /// is left to end by itself.
    private static func first(before deadline: Int, _ body: @escaping @Sendable () -> String?) async -> String? {
        await withCheckedContinuation { (continuation: CheckedContinuation<String?, Never>) in
            let answer = SingleAnswer(continuation)
            let timer = Task {
                try? await Task.sleep(for: .milliseconds(max(0, deadline - Clock.milliseconds) + 250))
                answer.give("the name could not be resolved in time")
            }
            DedicatedThread.start {
                answer.give(body())
                timer.cancel()
            }
        }
    }

    private static func attempt(_ host: String, _ port: Int, _ deadline: Int, _ wake: WakePipe) -> String? {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &list)
        guard code == 0 else { return "'\(host)': \(String(cString: gai_strerror(code)))" }
        defer { freeaddrinfo(list) }
        var reason = "'\(host)' has no address"
        var next = list
        while let address = next?.pointee {
            guard let failure = connect(address, deadline, wake) else { return nil }
            reason = failure
            if wake.isWoken || Clock.milliseconds >= deadline { break }
            next = address.ai_next
        }
        return reason
    }

    private static func connect(_ address: addrinfo, _ deadline: Int, _ wake: WakePipe) -> String? {
        #if canImport(Glibc)
            let type = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
        #else
            let type = address.ai_socktype
        #endif
        let descriptor = socket(address.ai_family, type, address.ai_protocol)
        guard descriptor >= 0 else { return Files.lastError }
        defer { close(descriptor) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        KernelControl.setNonBlocking(descriptor)
        if systemConnect(descriptor, address) == 0 { return nil }
        guard errno == EINPROGRESS || errno == EINTR else { return Files.lastError }
        while true {
            let rest = deadline - Clock.milliseconds
            guard rest > 0 else { return "no connection in time" }
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, Int32(clamping: rest)) > 0 else { continue }
            if polled[1].revents != 0 { return "cancelled" }
            var error: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
            return error == 0 ? nil : Files.text(of: error)
        }
    }

    private static func systemConnect(_ descriptor: Int32, _ address: addrinfo) -> Int32 {
        #if canImport(Glibc)
            Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen)
        #else
            Darwin.connect(descriptor, address.ai_addr, address.ai_addrlen)
        #endif
    }
}
