import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Says that this process is the one that writes the history. The kernel lets go of it when the process ends, however
/// it ends, so a crashed daemon never leaves it behind.
final class WriterLock: Sendable {
    private let descriptor: Mutex<Int32>

    /// - Throws: `history.in-use` when another process holds it, `history.read-only` when the file cannot be made.
    init(besides path: String) throws(Failure) {
        let file = path + ".lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let cause = String(cString: strerror(errno))
            throw HistoryFailure.readOnly("lock '\(file)'", path: path, cause: cause)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.holder(descriptor)
            Self.end(descriptor)
            throw Failure(
                HistoryFailure.inUse, "another daemon\(holder) works on the history '\(path)'",
                remedy: "Stop it first, or give this one a workspace of its own.", scheduling: .retry)
        }
        let text = Array("\(getpid())\n".utf8)
        // The number only serves the message above; without it the lock is as good.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { Self.end(descriptor) }
            descriptor = -1
        }
    }

    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }

    private static func end(_ descriptor: Int32) {
        // A child that is just being forked holds the descriptor until it execs: closing alone would not unlock.
        flock(descriptor, LOCK_UN)
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #elseif canImport(Darwin)
            _ = Darwin.close(descriptor)
        #endif
    }
}
