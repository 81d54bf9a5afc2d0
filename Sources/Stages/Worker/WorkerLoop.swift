import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The thread of a session: waits for the worker's socket, its outputs, its end and the clock, all at once.
struct WorkerLoop {
    private let session: WorkerSession
    private let handlers: WorkerSession.Handlers
    private var worker = WorkerProcess(pid: -1, socket: -1, output: -1, error: -1, status: -1, cancel: -1)
    private var parser = WireParser()
    private var report = WorkerReport()
    private var schedule = WorkerSchedule()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    private var waitStatus: Int32?
    private var guardian: ProcessEntry?
    /// Read at the end at most: more than the pipes and the socket hold.
    private static let lastBytes = 16 << 20
    private static let sweepPatience = 2000

    init(_ session: WorkerSession, _ handlers: WorkerSession.Handlers) {
        self.session = session
        self.handlers = handlers
    }

    mutating func run() -> WorkerReport {
        defer { buffer.deallocate() }
        let started = ContinuousClock.now
        do throws(Failure) {
            worker = try WorkerProcess.start(
                executable: session.setup.executable, environment: session.setup.environment)
        } catch {
            report.fault = .notStarted(error)
            session.outbound.close()
            return report
        }
        schedule.deadline = Clock.milliseconds + Int(clamping: session.setup.timeout.wholeMilliseconds)
        session.outbound.put(session.setup.command)
        guardian = ProcessTable.entry(worker.pid)
        while worker.status >= 0, !schedule.isHopeless {
            wait()
            act()
        }
        if waitStatus == nil { sweep() }
        drain()
        session.outbound.close()
        reap()
        for descriptor in [worker.socket, worker.output, worker.error, worker.status, worker.cancel]
        where descriptor >= 0 { close(descriptor) }
        report.duration = ContinuousClock.now - started
        report.stop = schedule.stop
        settle()
        return report
    }

    private mutating func wait() {
        var events: [pollfd] = []
        let wantsToSend = worker.socket >= 0 && !session.outbound.isEmpty
        for (descriptor, mask) in [
            (worker.socket, wantsToSend ? POLLIN | POLLOUT : POLLIN), (worker.output, POLLIN), (worker.error, POLLIN),
            (worker.status, POLLIN), (session.bell.descriptor, POLLIN),
        ] {
            events.append(pollfd(fd: descriptor, events: Int16(mask), revents: 0))
        }
        let remaining = schedule.next - Clock.milliseconds
        guard poll(&events, nfds_t(events.count), Int32(clamping: max(0, min(remaining, 60_000)))) > 0 else { return }
        if events[4].revents != 0 { session.bell.clear() }
        if wantsToSend, events[0].revents & Int16(POLLOUT) != 0, !session.outbound.flush(to: worker.socket) {
            closeSocket()
        }
        if events[0].revents & ~Int16(POLLOUT) != 0 { _ = readSocket() }
        if events[1].revents != 0 { _ = readOutput(\.output, .standardOutput) }
        if events[2].revents != 0 { _ = readOutput(\.error, .standardError) }
        if events[3].revents != 0 { readStatus() }
    }

    /// What the clock and the others' wishes ask for.
    private mutating func act() {
        let now = Clock.milliseconds
        if let wish = session.requestedStop { stop(wish, now) }
        if report.status == nil, now >= schedule.deadline { stop(.timedOut, now) }
        switch schedule.due(now) {
        case .none: break
        case .terminate:
            kill(worker.pid, SIGTERM)  // the guardian kills the tree
            kill(worker.pid, SIGCONT)  // also one that its plugin has stopped
        case .force:
            endFamily()
            kill(worker.pid, SIGKILL)  // its child dies with it
        }
    }

    private mutating func stop(_ reason: WorkerStop, _ now: Int) {
        guard schedule.stop == nil, report.status == nil else { return }
        schedule.stop = reason
        schedule.end(by: now + Int(session.setup.limits.grace.wholeMilliseconds))
        if worker.cancel >= 0 { close(worker.cancel) }
        worker.cancel = -1
        handlers.stopping(reason)
    }

    // MARK: reading

    /// Returns false when there is nothing more to read for now.
    private mutating func readSocket() -> Bool {
        guard worker.socket >= 0 else { return false }
        let count = read(worker.socket, buffer.baseAddress, buffer.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return false }
        guard count > 0 else {
            closeSocket()
            return false
        }
        guard report.fault == nil else { return true }
        parser.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        do throws(WireParser.Garbage) {
            while report.fault == nil, let frame = try parser.next() { take(frame) }
        } catch {
            violate("a message of another length than it may have")
        }
        return true
    }

    private mutating func closeSocket() {
        if worker.socket >= 0 { close(worker.socket) }
        worker.socket = -1
        session.outbound.close()
        // It is about to end, or it has closed the socket on purpose: then it is of no use any more.
        if !report.isDone { schedule.end(by: Clock.milliseconds + 500) }
    }

    private mutating func readOutput(_ path: WritableKeyPath<WorkerProcess, Int32>, _ kind: ProcessOutput) -> Bool {
        let descriptor = worker[keyPath: path]
        guard descriptor >= 0 else { return false }
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return false }
        guard count > 0 else {
            close(descriptor)
            worker[keyPath: path] = -1
            return false
        }
        handlers.output(kind, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return true
    }

    private mutating func readStatus() {
        var status: Int32 = 0
        let count = read(worker.status, &status, 4)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        if count == 4 { waitStatus = status }
        close(worker.status)
        worker.status = -1
    }

    /// Takes what the ended worker has left in its pipes. All of it is there already; an end that is still held by
    /// somebody is not waited for, nor listened to for ever.
    private mutating func drain() {
        let most = Self.lastBytes / buffer.count
        for _ in 0..<most where !readSocket() { break }
        for _ in 0..<most where !readOutput(\.output, .standardOutput) { break }
        for _ in 0..<most where !readOutput(\.error, .standardError) { break }
    }

    /// Does the work of a guardian that cannot, because its plugin stops it again and again. While it is there all that the
    /// plugin has started descends from it, whatever became of session and environment; without it nobody could tell.
    private func endFamily() {
        let tree = ProcessTree(leader: worker.pid, startTime: guardian?.startTime)
        let deadline = Clock.milliseconds + Self.sweepPatience
        var quiet = 0
        while quiet < 2, Clock.milliseconds < deadline {
            let family = tree.members().filter { $0.pid != worker.pid }
            quiet = family.isEmpty ? quiet + 1 : 0
            for member in family { ProcessTable.signal(member, SIGKILL) }
            usleep(3000)
        }
    }

    /// The guardian did not say how it ended: it was killed, by the plugin that it guards or by somebody else. What the
    /// plugin has left behind is searched for, then, by session, parentage and the marker in its environment.
    private func sweep() {
        let tree = ProcessTree(
            leader: worker.pid, startTime: guardian?.startTime,
            marker: session.setup.environment[ProcessRunner.marker].map { "\(ProcessRunner.marker)=\($0)" })
        _ = tree.kill(patience: Self.sweepPatience)
    }

    private mutating func reap() {
        var status: Int32 = 0
        if schedule.isHopeless {
            _ = waitpid(worker.pid, &status, WNOHANG)
            return
        }
        while waitpid(worker.pid, &status, 0) < 0, errno == EINTR {}
        if waitStatus == nil { waitStatus = status }  // the guardian itself was killed
    }

    // MARK: frames

    private mutating func take(_ frame: WireParser.Frame) {
        guard let type = WireType(rawValue: frame.type) else {
            return violate("a message of the unknown type \(frame.type)")
        }
        guard frame.operation == session.setup.operation else {
            return violate("a message of another operation")
        }
        let fields = frame.fields
        switch type {
        case .loaded:
            report.loaded = .init(
                builtMinor: Int(fields.number(.builtMinor)), leastHostMinor: Int(fields.number(.leastMinor)))
        case .refused: report.refusal = fields.text(.reason)
        case .described:
            report.document = (Int32(clamping: fields.number(.status)), Array(fields.bytes(.document) ?? []))
        case .opened: report.openStatus = Int32(clamping: fields.number(.status))
        case .finished: finish(Int32(clamping: fields.number(.status)))
        case .done: report.isDone = true
        case .describe, .check, .detect, .run, .reply, .chunk: violate("a message that only the host may send")
        default:
            if report.status != nil { return violate("an event after its answer") }
            if let complaint = handlers.frame(type, fields) { violate(complaint) }
        }
    }

    private mutating func finish(_ status: Int32) {
        guard report.status == nil else { return violate("two answers") }
        report.status = status
        schedule.deadline = .max
        schedule.end(by: Clock.milliseconds + Int(session.setup.limits.close.wholeMilliseconds))
    }

    private mutating func violate(_ what: String) {
        if report.fault == nil { report.fault = .garbage(what) }
        schedule.end(by: Clock.milliseconds)
    }

    /// Names the fault, from what is known when all is over.
    private mutating func settle() {
        if schedule.isHopeless {
            report.fault = .unkillable
        } else if report.fault == nil, !report.isDone {
            report.fault = reason
        }
    }

    private var reason: WorkerFault {
        if schedule.wasKilled {
            if report.status != nil { return .hungInClose }
            if let stop = schedule.stop { return .killed(stop) }
            return .closedSocket
        }
        let (code, signal) = Signals.decode(waitStatus: waitStatus ?? 0)
        if let signal { return .signalled(signal) }
        return parser.hasPart ? .garbage("a message that is cut short") : .exited(code ?? 0)
    }
}

/// When a worker is to be ended, and by which means.
struct WorkerSchedule {
    enum Action { case terminate, force }
    /// Milliseconds of the monotonic clock, as all others.
    var deadline = Int.max
    var stop: WorkerStop?
    private var killAt: Int?
    private var forceAt: Int?
    private var giveUpAt: Int?
    private(set) var wasKilled = false
    private(set) var isHopeless = false

    /// Sets the time of the end by force; never puts it off.
    mutating func end(by time: Int) {
        killAt = min(killAt ?? .max, time)
    }

    /// When there is something to do next.
    var next: Int {
        [stop == nil ? deadline : Int.max, wasKilled ? Int.max : killAt ?? .max, forceAt ?? .max, giveUpAt ?? .max]
            .min()
            ?? .max
    }

    /// What to do now.
    mutating func due(_ now: Int) -> Action? {
        if !wasKilled, let killAt, now >= killAt {
            wasKilled = true
            forceAt = now + 3000
            return .terminate
        }
        if let time = forceAt, now >= time {
            forceAt = nil
            giveUpAt = now + 2000
            return .force
        }
        if let giveUpAt, now >= giveUpAt { isHopeless = true }
        return nil
    }
}
