import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Between the thread that reads and the task that takes the lines.
final class LogTailChannel: Sendable {
    private typealias Answer = Result<[String]?, Failure>
    private struct State {
        var lines: [String] = []
        var bytes = 0
        var isFull = false
        var end: Answer?
        var isCancelled = false
        var waiter: CheckedContinuation<Answer, Never>?
    }
    private let state = Mutex(State())
    /// Readable when the reader is to look at the channel again.
    let wakeDescriptor: Int32
    private let wakeEnd: Int32

    private static let limit = 1 << 20

    init() throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw Failure(
                .init("logs.read"), "could not make a pipe to follow the log with",
                remedy: "Raise the limit of open files.", cause: String(cString: strerror(errno)),
                scheduling: .retry)
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (wakeDescriptor, wakeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(wakeDescriptor)
        close(wakeEnd)
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }
    /// True while the reader should not read on.
    var isFull: Bool { state.withLock { $0.isFull } }

    func put(_ lines: [String], bytes: Int) {
        guard !lines.isEmpty else { return }
        let waiter = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.lines += lines
            state.bytes += bytes
            state.isFull = state.bytes >= Self.limit
            return nil
        }
        waiter?.resume(returning: .success(lines))
    }

    func finish(_ failure: Failure?) {
        let end: Answer = failure.map { .failure($0) } ?? .success(nil)
        let waiter = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            state.end = state.end ?? end
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: end)
    }

    func cancel() {
        state.withLock { $0.isCancelled = true }
        finish(nil)
        wake()
    }

    /// The next lines; nil at the end or when the task is cancelled.
    func next() async throws(Failure) -> [String]? {
        let answer: Answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                var mustWake = false
                let now = state.withLock { state -> Answer? in
                    if state.isCancelled { return .success(nil) }
                    if !state.lines.isEmpty {
                        let lines = state.lines
                        mustWake = state.isFull
                        (state.lines, state.bytes, state.isFull) = ([], 0, false)
                        return .success(lines)
                    }
                    if let end = state.end { return end }
                    state.waiter = continuation
                    return nil
                }
                if mustWake { wake() }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            cancel()
        }
        return try answer.get()
    }

    private func wake() {
        var byte: UInt8 = 1
        // A full pipe is as good a call as one byte more.
        _ = write(wakeEnd, &byte, 1)
    }

    /// Takes the calls out of the pipe.
    func rest() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wakeDescriptor, &bytes, bytes.count) > 0 {}
    }
}
