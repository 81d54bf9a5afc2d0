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
    }

    /// - Parameter patience: milliseconds for the whole exchange.
    static func exchange(_ command: FieldText, _ control: ControlDirectory, patience: Int) -> Result<FieldText, Trouble>
    {
        let deadline = Clock.milliseconds + patience
        guard let descriptor = connect(control) else { return .failure(Trouble(message: Files.lastError)) }
        defer { close(descriptor) }
        // A supervisor that dies now must not end the daemon with SIGPIPE; this thread ends with the call.
        var pipeSignal = sigset_t()
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
        guard Files.write(command.bytes, to: descriptor) else { return .failure(Trouble(message: Files.lastError)) }

        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let rest = deadline - Clock.milliseconds
            guard rest > 0 else { return .failure(Trouble(message: "no answer within \(patience) ms")) }
            var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            guard poll(&polled, 1, Int32(clamping: rest)) > 0 else { continue }
            let count = read(descriptor, &block, block.count)
            guard count > 0 else { return .failure(Trouble(message: "it closed the connection")) }
            answer += block.prefix(count)
            if let text = FieldText(answer) { return .success(text) }
        }
    }

    private static func connect(_ control: ControlDirectory) -> Int32? {
        #if canImport(Glibc)
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #endif
        guard descriptor >= 0 else { return nil }
        // An address holds some hundred bytes. A longer path is reached through a descriptor of its folder, which is
        // short; proc(5), /proc/pid/fd.
        let folder = Files.open(control.path, O_RDONLY | O_DIRECTORY)
        defer { if let folder { _ = close(folder) } }
        let isShort = control.socket.utf8.count < 100
        let path = isShort ? control.socket : folder.map { "/proc/self/fd/\($0)/socket" } ?? control.socket
        #if canImport(Glibc)
            let result = SocketAddress.with(path) { Glibc.connect(descriptor, $0, $1) }
        #else
            let result = SocketAddress.with(path) { Darwin.connect(descriptor, $0, $1) }
        #endif
        if result == 0 { return descriptor }
        let saved = errno
        close(descriptor)
        errno = saved
        return nil
    }
}
