import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

// A signal handler may touch nothing but a descriptor: it writes the signal's number into this pipe, and the loop reads
// it. Written once, before the handlers are installed.
nonisolated(unsafe) private var signalPipe: Int32 = -1

/// Turns signals into bytes that poll(2) can wait for.
enum SignalPipe {
    /// - Returns: the descriptor to read the numbers from; nil when the pipe could not be made.
    static func install(_ signals: [Int32]) -> Int32? {
        guard let ends = KernelControl.pipe() else { return nil }
        KernelControl.setNonBlocking(ends.write)
        signalPipe = ends.write
        for number in signals {
            signal(number) { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalPipe, &byte, 1)
                errno = saved
            }
        }
        signal(SIGPIPE, SIG_IGN)
        return ends.read
    }
}
