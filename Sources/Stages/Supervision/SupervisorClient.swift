import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One command and its answer over a supervisor's socket; blocks, so only for a thread of its own.
enum SupervisorClient {
    struct Trouble: Error {
        var message: String
        /// The caller did not want to wait any longer; the supervisor may do what it was told all the same.
        var isCancelled = false
    }

    /// - Parameters:
    ///   - patience: milliseconds for the whole exchange.
    ///   - wake: ends it at once.
    static func exchange(
        _ command: FieldText, _ control: ControlDirectory, patience: Int, wake: WakePipe?
    ) -> Result<FieldText, Trouble> {
        let waiter = Waiter(deadline: Clock.milliseconds + patience, patience: patience, wake: wake)
        do throws(Trouble) {
            let descriptor = try connect(control, waiter)
            defer { close(descriptor) }
            try send(command.bytes, descriptor, waiter)
            return .success(try receive(descriptor, waiter))
        } catch {
            return .failure(error)
        }
    }

    /// Waits no longer than the exchange may take.
    private struct Waiter {
        let deadline: Int
        let patience: Int
        let wake: WakePipe?

        /// Returns when the descriptor is ready, or after `pause` milliseconds.
        func wait(_ descriptor: Int32, _ events: Int32, pause: Int = .max) throws(Trouble) {
            while true {
                if wake?.isWoken == true { throw Trouble(message: "it was cancelled", isCancelled: true) }
                let rest = deadline - Clock.milliseconds
                guard rest > 0 else { throw Trouble(message: "no answer within \(patience) ms") }
                var polled = [
                    pollfd(fd: descriptor, events: Int16(events), revents: 0),
                    pollfd(fd: wake?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
                ]
                let ready = poll(&polled, 2, Int32(clamping: min(rest, pause)))
                if polled[0].revents != 0 || (ready == 0 && pause < rest) { return }
            }
        }
    }

    private static func send(_ bytes: [UInt8], _ descriptor: Int32, _ waiter: Waiter) throws(Trouble) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try waiter.wait(descriptor, POLLOUT)
            // A supervisor that dies now must not end the daemon with SIGPIPE.
            #if canImport(Glibc)
                let flags = Int32(MSG_NOSIGNAL)
            #else
                let flags: Int32 = 0
            #endif
            let count = rest.withUnsafeBytes { systemSend(descriptor, $0, flags) }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { throw Trouble(message: Files.lastError) }
            rest = rest.dropFirst(count)
        }
    }

    private static func receive(_ descriptor: Int32, _ waiter: Waiter) throws(Trouble) -> FieldText {
        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            try waiter.wait(descriptor, Int32(POLLIN))
            let count = read(descriptor, &block, block.count)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { throw Trouble(message: "it closed the connection") }
            answer += block.prefix(count)
            if let text = FieldText(answer) { return text }
        }
    }

    private static func connect(_ control: ControlDirectory, _ waiter: Waiter) throws(Trouble) -> Int32 {
        #if canImport(Glibc)
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #endif
        guard descriptor >= 0 else { throw Trouble(message: Files.lastError) }
        KernelControl.setNonBlocking(descriptor)
        do throws(Trouble) {
            try connect(descriptor, control, waiter)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func connect(
        _ descriptor: Int32, _ control: ControlDirectory, _ waiter: Waiter
    ) throws(Trouble) {
        // An address holds some hundred bytes. A longer path is reached through a descriptor of its folder, which is
        // short; proc(5), /proc/pid/fd.
        let folder = Files.open(control.path, O_RDONLY | O_DIRECTORY)
        defer { if let folder { _ = close(folder) } }
        let isShort = control.socket.utf8.count < 100
        let path = isShort ? control.socket : folder.map { "/proc/self/fd/\($0)/socket" } ?? control.socket
        while true {
            #if canImport(Glibc)
                let result = SocketAddress.with(path) { Glibc.connect(descriptor, $0, $1) }
            #else
                let result = SocketAddress.with(path) { Darwin.connect(descriptor, $0, $1) }
            #endif
            if result == 0 { return }
            // EAGAIN: more clients wait already than the supervisor's queue holds.
            guard errno == EAGAIN || errno == EINTR else { throw Trouble(message: Files.lastError) }
            try waiter.wait(-1, 0, pause: 20)
        }
    }

    private static func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ flags: Int32) -> Int {
        #if canImport(Glibc)
            Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
        #else
            Darwin.send(descriptor, bytes.baseAddress, bytes.count, flags)
        #endif
    }
}
