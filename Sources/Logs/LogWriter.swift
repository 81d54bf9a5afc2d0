import Dispatch
import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes bytes to a descriptor from a queue of its own, in large pieces. Whoever appends only fills a buffer.
final class LogWriter: Sendable {
    /// What happens when more is appended than the other side takes.
    enum Overflow {
        /// The appending thread waits: nothing is lost. For files.
        case wait
        /// What does not fit is dropped and counted. For terminals, which an operator may have stopped.
        case drop
    }

    private struct State {
        var pending: [UInt8] = []
        var spare: [UInt8] = []
        var isScheduled = false
        var isTimed = false
        var isClosed = false
        var dropped = 0
        /// Bytes that the descriptor refused.
        var lost = 0
        var failure: Failure?
    }

    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let name: String
    private let queue: DispatchQueue
    private let limit: Int
    private let interval: Int
    private let overflow: Overflow
    // Given each piece just before it is written, on the queue: the console draws its progress line here.
    private let decorate: (@Sendable (inout [UInt8]) -> Void)?
    private let state = Mutex(State())
    // Used on the queue, and asked for what is left out.
    private let cut: Mutex<HeadAndTail?>

    private static let piece = 65_536

    /// - Parameters:
    ///   - name: for failures.
    ///   - limit: bytes that may wait to be written.
    ///   - cut: what becomes of more than the file may take; nil writes everything.
    ///   - interval: milliseconds after which what was appended is written at the latest.
    init(
        descriptor: Int32, ownsDescriptor: Bool, name: String, limit: Int, interval: Int, overflow: Overflow,
        cut: HeadAndTail? = nil, decorate: (@Sendable (inout [UInt8]) -> Void)? = nil
    ) {
        self.descriptor = descriptor
        self.ownsDescriptor = ownsDescriptor
        self.name = name
        self.limit = limit
        self.interval = interval
        self.overflow = overflow
        self.decorate = decorate
        self.cut = Mutex(cut)
        queue = DispatchQueue(label: "log writer", qos: .utility)
    }

    deinit { if ownsDescriptor, !state.withLock({ $0.isClosed }) { _ = close(descriptor) } }

    /// The first failure to write since the writer was made, with the number of bytes lost so far in its cause.
    var failure: Failure? { state.withLock { $0.failure } }

    /// Bytes that the cut leaves out.
    var leftOut: Int { cut.withLock { $0?.leftOut ?? 0 } }

    /// Lets `body` append whole lines to what is to be written.
    func append(_ body: (inout [UInt8]) -> Void) {
        let (schedule, time, isOver) = state.withLock { state -> (Bool, Bool, Bool) in
            guard !state.isClosed else { return (false, false, false) }
            if overflow == .drop, state.pending.count >= limit {
                state.dropped += 1
                return (false, false, false)
            }
            body(&state.pending)
            let isFull = state.pending.count >= Self.piece
            let schedule = isFull && !state.isScheduled
            let time = !isFull && !state.isTimed && !state.isScheduled
            if schedule { state.isScheduled = true }
            if time { state.isTimed = true }
            return (schedule, time, overflow == .wait && state.pending.count >= limit)
        }
        if schedule { queue.async { self.drain() } }
        if time { queue.asyncAfter(deadline: .now() + .milliseconds(interval)) { self.drain() } }
        if isOver { queue.sync { self.drain() } }
    }

    /// Has the decoration made anew after the interval, with or without lines.
    func touch() { append { _ in } }

    /// Returns when everything appended so far is written, or after `seconds`.
    func flush(waiting seconds: Int? = nil) async {
        await onQueue(waiting: seconds) {
            self.drain()
            // A burst's buffers are not kept for the quiet hours after it.
            self.state.withLock { state in
                state.spare = []
                if state.pending.isEmpty { state.pending = [] }
            }
        }
    }

    /// Writes what is left and closes the descriptor if it is the writer's own. Later appends do nothing.
    /// - Parameter seconds: how long a descriptor that takes nothing may hold up whoever waits; nil is without end.
    func finish(waiting seconds: Int? = nil) async {
        await onQueue(waiting: seconds) {
            self.drain()
            let wasClosed = self.state.withLock { state -> Bool in
                defer { state.isClosed = true }
                return state.isClosed
            }
            if !wasClosed, let end = self.cut.withLock({ $0?.end() }) { end.withUnsafeBytes(self.put) }
            if !wasClosed, self.ownsDescriptor { _ = close(self.descriptor) }
        }
    }

    private func onQueue(waiting seconds: Int? = nil, _ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(continuation)
            queue.async {
                body()
                waiter.resume()
            }
            guard let seconds else { return }
            DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { waiter.resume() }
        }
    }

    /// Resumed by whichever comes first.
    private final class Waiter: Sendable {
        private let continuation: Mutex<CheckedContinuation<Void, Never>?>
        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = Mutex(continuation) }
        func resume() {
            let continuation = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            continuation?.resume()
        }
    }

    private func drain() {
        let taken: [UInt8]? = state.withLock { state in
            state.isScheduled = false
            state.isTimed = false
            guard !state.isClosed else { return nil }
            // Swapped, never copied: a shared array would be allocated anew each time.
            var bytes: [UInt8] = []
            swap(&bytes, &state.spare)
            bytes.removeAll(keepingCapacity: true)
            swap(&bytes, &state.pending)
            if state.dropped > 0 {
                bytes.append(contentsOf: "(\(state.dropped) lines are not shown here; the build log has them)\n".utf8)
                state.dropped = 0
            }
            if state.lost > 0, !bytes.isEmpty {
                let note = "\n(\(state.lost) bytes could not be written here)\n"
                bytes.insert(contentsOf: note.utf8, at: 0)
            }
            return bytes
        }
        guard var bytes = consume taken else { return }
        decorate?(&bytes)
        write(bytes)
        state.withLock { swap(&$0.spare, &bytes) }
    }

    private func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            cut.withLock { cut in
                if cut == nil { put(bytes) } else { cut?.take(bytes, put) }
            }
        }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        let written = Self.writeAll(bytes, to: descriptor)
        let error = errno
        state.withLock { state in
            if written == bytes.count {
                state.lost = 0
                return
            }
            state.lost += bytes.count - written
            if state.failure == nil {
                state.failure = Failure(
                    .init(error == ENOSPC ? "logs.disk-full" : "logs.write"), "could not write to '\(name)'",
                    remedy: error == ENOSPC
                        ? "Free some space on its file system; the log goes on, with a gap."
                        : "Check that it can be written; the log goes on, with a gap.",
                    cause: String(cString: strerror(error)),
                    scheduling: error == ENOSPC ? .wait(for: "disk space") : .retry)
            }
        }
    }

    /// Returns how much was written; less than all with the reason in `errno`.
    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
        var done = 0
        while done < bytes.count {
            guard let start = bytes.baseAddress else { break }
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, start + done, bytes.count - done)
            #else
                let count = Darwin.write(descriptor, start + done, bytes.count - done)
            #endif
            if count > 0 {
                done += count
            } else if count < 0, errno == EAGAIN {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&entry, 1, -1)
            } else if count < 0, errno == EINTR {
                continue
            } else {
                break
            }
        }
        return done
    }
}
