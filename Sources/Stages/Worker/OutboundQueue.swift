#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Frames on their way to a worker: put in by any thread, written by the session's own.
///
/// Unchecked: everything mutable is behind the lock, which is pthread's because a producer may have to wait.
final class OutboundQueue: @unchecked Sendable {
    /// Bytes that may lie here before a producer of a child's output is made to wait.
    private static let limit = 4 << 20
    #if canImport(Glibc)
        private static let flags = Int32(MSG_NOSIGNAL)
    #else
        private static let flags: Int32 = 0
    #endif

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let drained = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var frames: [[UInt8]] = []
    /// Of the frame that is written next; those before it are gone.
    private var first = 0
    private var offset = 0
    private var size = 0
    private var isClosed = false
    private let bell: Doorbell

    init(bell: Doorbell) {
        self.bell = bell
        pthread_mutex_init(lock, nil)
        pthread_cond_init(drained, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(drained)
        lock.deallocate()
        drained.deallocate()
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }

    /// Queues a frame. `waits` holds the calling thread while too much lies here: never on the cooperative pool.
    func put(_ frame: [UInt8], waits: Bool = false) {
        locked {
            while waits, size > Self.limit, !isClosed { pthread_cond_wait(drained, lock) }
            guard !isClosed else { return }
            frames.append(frame)
            size += frame.count
        }
        bell.ring()
    }

    var isEmpty: Bool { locked { first == frames.count } }

    /// Writes what the socket takes; false when it takes nothing any more.
    func flush(to socket: Int32) -> Bool {
        locked {
            while first < frames.count {
                let frame = frames[first]
                let count = frame.withUnsafeBytes { bytes in
                    send(socket, bytes.baseAddress.map { $0 + offset }, bytes.count - offset, Self.flags)
                }
                if count < 0 { return errno == EAGAIN || errno == EINTR }
                offset += count
                size -= count
                if offset == frame.count {
                    frames[first] = []
                    first += 1
                    offset = 0
                    // Moved up now and then only: else each frame of a long queue would cost a move of all behind it.
                    if first > 1024 || first == frames.count {
                        frames.removeFirst(first)
                        first = 0
                    }
                }
                pthread_cond_broadcast(drained)
            }
            return true
        }
    }

    /// Drops what is queued and lets all who wait go on: the worker is gone.
    func close() {
        locked {
            isClosed = true
            frames = []
            first = 0
            size = 0
            pthread_cond_broadcast(drained)
        }
    }
}
