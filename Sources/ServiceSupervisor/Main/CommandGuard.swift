import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `ServiceSupervisor guard NICENESS GROUP… -- FILE ARGV0 ARGUMENT…`: runs a command, ends when nothing of it is left.
///
/// For machines where no control group can be made. The guard is a subreaper: whatever the command starts, and however
/// often that forks, becomes the guard's child in the end, and a guard without children has no descendants. It ends the
/// way the command ended. SIGTERM is the command's business; SIGUSR1 makes the guard kill everything; when the daemon
/// that started it is gone, it does so by itself.
enum CommandGuard {
    /// Milliseconds that descendants get to end by themselves once the command has ended.
    private static let leftoverGrace = 500
    private static let killPatience = 4000

    static func run(_ arguments: [String]) -> Int32 {
        guard let entry = GroupEntry.Entry(arguments) else {
            Console.complain("usage: ServiceSupervisor guard NICENESS GROUP… -- FILE ARGV0 ARGUMENT…")
            return 64
        }
        // Groups of the old kind are limits here, not what ends the command.
        _ = entry.enter()
        return run(entry)
    }

    static func run(_ entry: GroupEntry.Entry) -> Int32 {
        let words = entry.words
        let parent = getppid()
        guard KernelControl.becomeSubreaper(), let signals = SignalPipe.install([SIGCHLD, SIGUSR1]) else {
            Console.complain("cannot guard a command here: \(Files.lastError)")
            return 71
        }
        for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] { signal(number, SIG_IGN) }
        let command: Int32
        do throws(SpawnedProcess.Failure) {
            command = try SpawnedProcess.startInSession(file: words[0], Array(words[1...]))
        } catch {
            Console.complain("cannot execute \(error.message)")
            return GroupEntry.cannotExecute
        }
        // The daemon waits for the end of these: the guard must not be what keeps them open.
        for descriptor: Int32 in 0...2 { close(descriptor) }
        return follow(command, signals: signals, parent: parent)
    }

    private static func follow(_ command: Int32, signals: Int32, parent: Int32) -> Int32 {
        var family = Family(command: command)
        while family.status == nil, family.reap() {
            var polled = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
            _ = poll(&polled, 1, 1000)
            var numbers = [UInt8](repeating: 0, count: 64)
            let count = read(signals, &numbers, numbers.count)
            let isOrdered = numbers.prefix(max(0, count)).contains(UInt8(SIGUSR1))
            if isOrdered || getppid() != parent {
                family.end(grace: 0, patience: killPatience)
                break
            }
        }
        family.end(grace: leftoverGrace, patience: killPatience)
        return imitate(family.status ?? SIGKILL)
    }

    /// Ends this process as the command has ended.
    private static func imitate(_ status: Int32) -> Int32 {
        let (code, number) = Signals.decode(waitStatus: status)
        guard let number else { return code ?? 1 }
        // The command has left its core where cores are left; a second one would only cover it.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        #if canImport(Glibc)
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        #else
            setrlimit(RLIMIT_CORE, &none)
        #endif
        signal(number, SIG_DFL)
        kill(getpid(), number)
        return 128 + number
    }

    /// The command and whatever came to the guard from it.
    private struct Family {
        let command: Int32
        var status: Int32?

        init(command: Int32) { self.command = command }

        /// Collects the dead.
        ///
        /// - Returns: whether anybody lives.
        mutating func reap() -> Bool {
            var status: Int32 = 0
            while true {
                let child = waitpid(-1, &status, WNOHANG)
                if child == 0 { return true }
                if child < 0, errno != EINTR { return false }
                if child == command { self.status = status }
            }
        }

        /// Asks, waits, kills. Milliseconds.
        mutating func end(grace: Int, patience: Int) {
            let tree = ProcessTree(leader: .max, startTime: 0, subreaper: getpid())
            if grace > 0, reap() { tree.signal(SIGTERM) }
            let killAt = Clock.milliseconds + grace
            let giveUpAt = killAt + patience
            while reap(), Clock.milliseconds < giveUpAt {
                if Clock.milliseconds >= killAt { tree.signal(SIGKILL) }
                usleep(3000)
            }
        }
    }
}
