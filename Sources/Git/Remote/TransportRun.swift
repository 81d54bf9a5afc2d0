import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One run of `GitTransport` from spawn to reaping, on a thread of its own.
final class TransportRun: Sendable {
    /// How the child ended.
    enum End: Equatable {
        case exited(Int32)
        case signalled(Int32)
        case deadline
        case cancelled
    }

    struct Outcome {
        var end: End
        var reply: TransportReply
        /// The last of what the child wrote to standard error.
        var complaints: String
    }

    private let executable: String
    private let request: [UInt8]
    private let home: String
    private let deadline: Duration
    private let longest: Duration?
    private let onProgress: (@Sendable (RemoteProgress) -> Void)?
    /// The end of a pair of sockets that interrupts the thread's poll; nil before and after the run.
    private let wake = Mutex<(descriptor: Int32?, isCancelled: Bool)>((nil, false))

    init(
        executable: String, request: [UInt8], home: String, deadline: Duration, longest: Duration? = nil,
        onProgress: (@Sendable (RemoteProgress) -> Void)?
    ) {
        self.executable = executable
        self.request = request
        self.home = home
        self.deadline = deadline
        self.longest = longest
        self.onProgress = onProgress
    }

    /// Runs the child to its end. The end of the task kills it.
    func outcome() async throws(Failure) -> Outcome {
        let result: Result<Outcome, Failure> = await withTaskCancellationHandler {
            await OperationThread.run {
                do throws(Failure) {
                    return .success(try self.run())
                } catch {
                    return .failure(error)
                }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    private func cancel() {
        wake.withLock { state in
            state.isCancelled = true
            if let descriptor = state.descriptor {
                var byte: UInt8 = 1
                _ = write(descriptor, &byte, 1)
            }
        }
    }

    private func run() throws(Failure) -> Outcome {
        var wakePair: [Int32] = [-1, -1]
        guard Descriptors.makePair(&wakePair) else {
            throw Failure(.remoteTransport, "no descriptors are left for a child process", scheduling: .retry)
        }
        let (reading, writing) = (wakePair[0], wakePair[1])
        defer {
            wake.withLock { $0.descriptor = nil }
            close(reading)
            close(writing)
        }
        let isCancelled = wake.withLock { state in
            state.descriptor = writing
            return state.isCancelled
        }
        if isCancelled { return Outcome(end: .cancelled, reply: TransportReply(), complaints: "") }
        let child = try TransportProcess(executable: executable, home: home)
        let now = MonotonicClock.now
        var pump = TransportPump(
            request: request, end: now + deadline.wholeMilliseconds,
            patience: longest.map { (deadline.wholeMilliseconds, now + $0.wholeMilliseconds) })
        let stop = pump.run(child, wake: reading, onProgress: onProgress)
        let end = stop.map { stop in
            TransportLeftovers.kill(child.pid)
            return stop
        }
        return Outcome(end: end ?? reap(child.pid, until: pump.end), reply: pump.reply, complaints: pump.complaintText)
    }

    /// The child has closed its output, so it is at its end; should it not be, the deadline still holds.
    private func reap(_ pid: pid_t, until deadline: Int64) -> End {
        var status: Int32 = 0
        while true {
            let found = waitpid(pid, &status, WNOHANG)
            if found == pid { break }
            if found < 0 && errno != EINTR { return .exited(-1) }
            if MonotonicClock.now > deadline {
                TransportLeftovers.kill(pid)
                return .deadline
            }
            usleep(500)
        }
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }
}

/// Milliseconds that no change of the wall clock disturbs.
enum MonotonicClock {
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
