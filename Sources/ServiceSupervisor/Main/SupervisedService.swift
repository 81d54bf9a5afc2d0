import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The process that a supervisor keeps: its start, its output, its end.
final class SupervisedService {
    private let directory: ControlDirectory
    /// What runs, or ran last.
    var spec: ServiceSpec?
    /// What the next start runs; the present process ends under its own.
    var next: ServiceSpec?
    /// The read end of the service's output; -1 while there is none.
    private(set) var output: Int32 = -1
    private var pid: Int32?
    private var process: ProcessEntry?
    private var waitStatus: Int32?
    private var startedAt = 0
    private var splitter = LineSplitter()
    private var tail = LineTail(lines: 200, bytes: 65_536)
    private var log: RuntimeLog?
    private var lastExit: ServiceStatus.Exit?
    private var crashOutput: [String] = []

    private let isSubreaper: Bool

    /// Of the service's process; the supervisor's own is stricter.
    private let serviceMask: mode_t

    init(directory: ControlDirectory, isSubreaper: Bool, umask: mode_t) {
        serviceMask = umask
        self.directory = directory
        self.isSubreaper = isSubreaper
    }

    var name: String { (spec ?? next)?.service ?? directory.path }

    /// Everything that descends from the service; orphans come to this process, which is a subreaper.
    var tree: ProcessTree {
        ProcessTree(
            leader: pid ?? process?.pid ?? .max, startTime: process?.startTime ?? 0, marker: nil,
            subreaper: getpid())
    }

    /// True between the end of the first process and `finish`.
    var hasExited: Bool { waitStatus != nil }

    /// - Returns: false when it could not be started; the status then says why.
    func start() -> Bool {
        if let next { spec = next }
        next = nil
        guard let spec else { return false }
        log = RuntimeLog(path: spec.logPath, limit: spec.logBytes, keep: spec.logFiles)
        tail.removeAll()
        startedAt = Clock.milliseconds
        guard let ends = KernelControl.pipe() else { return fail("no pipe: \(Files.lastError)") }
        defer { close(ends.write) }
        closeOutput()
        output = ends.read
        var environment = spec.environment
        environment["DEPLOYER_SERVICE"] = directory.path
        do throws(SpawnedProcess.Failure) {
            let pid = try spawn(spec, environment, output: ends.write)
            self.pid = pid
            process = ProcessTable.entry(pid)
            if let process { directory.record(process) }
            note("started '\(spec.argv[0])' as process \(pid)")
            return true
        } catch {
            return fail(error.message)
        }
    }

    private func spawn(
        _ spec: ServiceSpec, _ environment: [String: String], output: Int32
    ) throws(SpawnedProcess.Failure) -> Int32 {
        let own = umask(serviceMask)
        defer { umask(own) }
        return try SpawnedProcess.start(
            spec.argv, environment: environment, directory: spec.directory, output: output)
    }

    private func fail(_ reason: String) -> Bool {
        lastExit = .init(startError: reason, at: Clock.wall, ranFor: 0)
        crashOutput = []
        note("could not be started: \(reason)")
        return false
    }

    /// Takes what the service has printed; the pipe does not block.
    func readOutput() {
        var block = [UInt8](repeating: 0, count: 65_536)
        let count = read(output, &block, block.count)
        if count > 0 {
            keep(splitter.lines(in: block[..<count]))
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            closeOutput()
        }
    }

    private func keep(_ lines: [[UInt8]]) {
        log?.write(lines, time: Clock.wall)
        for line in lines { tail.append(line) }
    }

    private func closeOutput() {
        guard output >= 0 else { return }
        if let rest = splitter.finish() { keep([rest]) }
        close(output)
        output = -1
    }

    /// Collects every child that has ended: the service, and the orphans that came here.
    ///
    /// - Returns: whether there are living children. A subreaper that has none has no descendants either, which no
    ///   reading of the process table could say as surely.
    @discardableResult
    func reap() -> Bool {
        var status: Int32 = 0
        while true {
            let child = waitpid(-1, &status, WNOHANG)
            if child == 0 { return true }
            if child < 0, errno != EINTR { return false }
            if child == pid { waitStatus = status }
        }
    }

    /// Kills the service with everything that descends from it.
    ///
    /// - Returns: false when some of it still lives after two seconds: it hangs in the kernel.
    func kill() -> Bool {
        let deadline = Clock.milliseconds + 2000
        while reap() {
            tree.signal(SIGKILL)
            if Clock.milliseconds >= deadline { return false }
            usleep(2000)
        }
        return isSubreaper || tree.kill(patience: max(1, deadline - Clock.milliseconds))
    }

    /// Whether anything of an ended service lives on.
    var hasDescendants: Bool { reap() || (!isSubreaper && !tree.members().isEmpty) }

    /// Writes down how the service ended, after everything it printed was read.
    func finish(isExpected: Bool) {
        guard let waitStatus else { return }
        drain()
        let (code, signal) = Signals.decode(waitStatus: waitStatus)
        let exit = ServiceStatus.Exit(
            code: code, signal: signal, at: Clock.wall, ranFor: Clock.milliseconds - startedAt)
        if !isExpected {
            lastExit = exit
            crashOutput = tail.text
        }
        note(isExpected ? "stopped; it \(exit.text)" : exit.text)
        pid = nil
        self.waitStatus = nil
        directory.forgetProcess()
    }

    private func drain() {
        // A child of the service may hold the pipe open: what lies in it now is read, its end is not waited for.
        var block = [UInt8](repeating: 0, count: 65_536)
        var rounds = 0
        while output >= 0, rounds < 1024 {
            let count = read(output, &block, block.count)
            guard count > 0 else { break }
            keep(splitter.lines(in: block[..<count]))
            rounds += 1
        }
        if let rest = splitter.finish() { keep([rest]) }
    }

    private func note(_ text: String) { log?.write([Array("[supervisor] \(text)".utf8)], time: Clock.wall) }

    func status(of machine: SupervisorMachine, since: Int) -> ServiceStatus {
        var status = ServiceStatus(
            service: name, state: machine.state, supervisor: getpid(), since: since,
            logPath: (next ?? spec)?.logPath ?? "")
        if pid != nil, !hasExited {
            status.pid = pid
            status.startTime = process?.startTime
        }
        status.restarts = machine.restarts
        if status.state == .backoff { status.nextStart = machine.deadline.map { max(0, $0 - Clock.milliseconds) } }
        status.lastExit = lastExit
        status.crashOutput = crashOutput
        return status
    }
}
