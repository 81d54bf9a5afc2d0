import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The life of one command from spawn to the end of its tree, on one thread: input, output, deadlines, signals.
///
/// The command's first process stays unreaped until the loop has returned, so that its number cannot name another
/// process while its tree is looked for.
struct ChildLoop {
    enum Ending: Sendable { case byItself, timedOut, cancelled }

    struct Report: Sendable {
        var ending = Ending.byItself
        var standardOutput: [UInt8] = []
        var standardError: [UInt8] = []
        var isOutputCut = false
        var isErrorCut = false
        /// Processes that the command had left running and that were ended with it.
        var leftovers = 0
        /// Processes that not even SIGKILL has ended in time.
        var survivors = 0
        var outOfMemoryKills = 0
    }

    private enum Phase {
        case running
        /// SIGTERM was sent; SIGKILL follows.
        case ending(killAt: Int)
        case killing(giveUpAt: Int)
        /// Nobody is left, or nobody who is waited for; what the pipes hold is read, and an end that somebody keeps open is
        /// not waited for any longer than that.
        case draining(until: Int)
    }

    /// Milliseconds that descendants get to end by themselves once the command itself has ended.
    private static let leftoverGrace = 500
    private static let killPatience = 5000
    private static let drainPatience = 500
    /// Milliseconds between two looks at a file that takes the output.
    private static let filePause = 50
    /// Read once more when that time is up, for a reader that was held up: more than any pipe holds.
    private static let lastBytes = 4 << 20

    let tree: ChildTree
    /// Becomes readable when the first process has ended; -1 where the system has no such thing.
    let processDescriptor: Int32
    let wake: WakePipe
    let deadline: Int
    let grace: Int
    let keptOutput: Int
    let keepsDescendants: Bool
    let output: @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void

    private var streams: [ChildStream]
    private var input: ChildInput?
    private var phase = Phase.running
    private var hasLeaderExited = false
    private var report = Report()

    init(
        tree: ChildTree, processDescriptor: Int32, wake: WakePipe, deadline: Int, options: ProcessRunner.Options,
        request: ProcessRequest, pipes: ChildPipes,
        output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) {
        self.tree = tree
        self.processDescriptor = processDescriptor
        self.wake = wake
        self.deadline = deadline
        self.output = output
        grace = max(0, Int(request.grace.wholeMilliseconds))
        keptOutput = request.keptOutput
        keepsDescendants = options.descendants == .kept
        streams = [
            ChildStream(descriptor: pipes.outputRead, kind: .standardOutput, isFile: pipes.isFile),
            ChildStream(descriptor: pipes.errorRead, kind: .standardError, isFile: pipes.isFile),
        ]
        input = pipes.inputWrite.map { ChildInput(descriptor: $0, bytes: request.input) }
    }

    /// Runs to the end; blocks the calling thread.
    mutating func run() -> Report {
        // A child that does not read its input must not end the daemon with SIGPIPE.
        var pipeSignal = sigset_t()
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)

        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 4096)
        defer { buffer.deallocate() }
        while step() { wait(buffer) }
        takeRest(buffer)
        for index in streams.indices { streams[index].close() }
        input?.close()
        report.standardOutput = streams[0].kept
        report.standardError = streams[1].kept
        report.isOutputCut = streams[0].isCut
        report.isErrorCut = streams[1].isCut
        report.outOfMemoryKills = tree.group?.outOfMemoryKills ?? 0
        return report
    }

    // MARK: phases

    /// Moves on to the next phase where it is time; false at the end.
    private mutating func step() -> Bool {
        let now = Clock.milliseconds
        switch phase {
        case .running:
            if hasLeaderExited {
                concludeExit(now)
            } else if wake.isWoken {
                end(.cancelled, now)
            } else if now >= deadline {
                end(.timedOut, now)
            }
        case .ending(let killAt):
            if hasLeaderExited, tree.remainder == 0 {
                phase = .draining(until: now + Self.drainPatience)
            } else if now >= killAt {
                tree.destroy()
                phase = .killing(giveUpAt: now + Self.killPatience)
            }
        case .killing(let giveUpAt):
            if hasLeaderExited, tree.remainder == 0 {
                phase = .draining(until: now + Self.drainPatience)
            } else if now >= giveUpAt {
                tree.destroyByForce()
                report.survivors = max(1, tree.members().count)
                return false
            } else {
                tree.destroy()
            }
        case .draining: break
        }
        // Looked at last: with nothing left to read there is nothing that could end a wait either.
        if case .draining(let until) = phase, streams.allSatisfy(\.isClosed) || now >= until { return false }
        return true
    }

    private mutating func concludeExit(_ now: Int) {
        if !keepsDescendants {
            let left = tree.remainder
            if left > 0 {
                report.leftovers = left
                tree.terminate()
                phase = .ending(killAt: now + min(grace, Self.leftoverGrace))
                return
            }
        }
        phase = .draining(until: streams.contains(where: \.isFile) ? now : now + Self.drainPatience)
    }

    private mutating func end(_ ending: Ending, _ now: Int) {
        report.ending = ending
        tree.terminate()
        phase = .ending(killAt: now + grace)
    }

    // MARK: waiting

    private mutating func wait(_ buffer: UnsafeMutableRawBufferPointer) {
        // A file is always ready for poll(2): it is looked at with every round instead.
        var polled = streams.map { pollfd(fd: $0.isFile ? -1 : $0.descriptor, events: Int16(POLLIN), revents: 0) }
        polled.append(pollfd(fd: hasLeaderExited ? -1 : processDescriptor, events: Int16(POLLIN), revents: 0))
        var isRunning = false
        if case .running = phase { isRunning = true }
        polled.append(pollfd(fd: isRunning ? wake.descriptor : -1, events: Int16(POLLIN), revents: 0))
        polled.append(pollfd(fd: input?.descriptor ?? -1, events: Int16(POLLOUT), revents: 0))
        guard poll(&polled, nfds_t(polled.count), timeout) >= 0 else { return }

        for index in streams.indices where polled[index].revents != 0 || streams[index].isFile {
            read(index, buffer)
        }
        if polled[4].revents != 0 { input?.feed() }
        if !hasLeaderExited { hasLeaderExited = processDescriptor >= 0 ? polled[2].revents != 0 : Self.hasExited(tree) }
    }

    private mutating func read(_ index: Int, _ buffer: UnsafeMutableRawBufferPointer) {
        guard let piece = streams[index].read(into: buffer, keeping: keptOutput) else { return }
        output(streams[index].kind, piece)
    }

    /// Takes what lies there at the end. Bounded: whoever was left running may write on and on.
    private mutating func takeRest(_ buffer: UnsafeMutableRawBufferPointer) {
        for index in streams.indices {
            var taken = 0
            while taken < Self.lastBytes, let piece = streams[index].read(into: buffer, keeping: keptOutput) {
                output(streams[index].kind, piece)
                taken += piece.count
            }
        }
    }

    /// Milliseconds for poll(2).
    private var timeout: Int32 {
        let now = Clock.milliseconds
        let due =
            switch phase {
            case .running: processDescriptor >= 0 || hasLeaderExited ? deadline : min(deadline, now + 20)
            case .ending(let killAt): min(killAt, now + 15)
            case .killing: now + 10
            case .draining(let until): until
            }
        let pause = streams.contains { $0.isFile && !$0.isClosed } ? Self.filePause : Int.max
        return Int32(clamping: max(0, min(due - now, pause)))
    }

    private static func hasExited(_ tree: ChildTree) -> Bool {
        var information = siginfo_t()
        let result = waitid(P_PID, id_t(tree.processes.leader), &information, WEXITED | WNOHANG | WNOWAIT)
        // SIGCHLD stands in si_signo once there is something to reap.
        return result != 0 || information.si_signo != 0
    }
}
