import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A started PluginWorker: its guardian's process id and our ends of its pipes.
///
/// The descriptors in the child: 0 /dev/null, 1 and 2 pipes, 3 the socket, 4 the cancel pipe's read end, 5 the status
/// pipe's write end. Everything else is close-on-exec, and the worker closes what is not.
struct WorkerProcess {
    let pid: Int32
    var socket: Int32
    var output: Int32
    var error: Int32
    /// Becomes readable, with the wait status of the plugin's process in it, when nothing of it is left.
    var status: Int32
    /// Closing it tells the plugin that it is cancelled.
    var cancel: Int32

    /// Starts the executable in a session of its own, signals at their defaults.
    ///
    /// Call it on the thread that will wait for the worker: on Linux the worker ends with the thread that started it.
    static func start(executable: String, environment: [String: String]) throws(Failure) -> WorkerProcess {
        var ends = Ends()
        guard ends.open() else {
            ends.closeAll()
            throw Failure(
                .init("worker.start"), "the plugin worker got no pipes", remedy: "raise the limit of open files",
                cause: Files.lastError, scheduling: .retry)
        }
        var pid: Int32 = 0
        let result = spawn(executable, environment, ends, &pid)
        ends.closeChildren()
        guard result == 0 else {
            ends.closeAll()
            throw Failure(
                .init("worker.start"), "the plugin worker '\(executable)' cannot be started",
                remedy: "reinstall the deployer: the worker belongs beside its executable",
                cause: Files.text(of: result),
                scheduling: result == EAGAIN || result == ENOMEM ? .retry : .stop)
        }
        return WorkerProcess(
            pid: pid, socket: ends.take(.socket), output: ends.take(.output), error: ends.take(.error),
            status: ends.take(.status), cancel: ends.take(.cancel))
    }

    private static func spawn(
        _ executable: String, _ environment: [String: String], _ ends: Ends, _ pid: inout Int32
    ) -> Int32 {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            let newSession: Int16 = 0x80  // POSIX_SPAWN_SETSID, which Swift's view of glibc leaves out
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let newSession: Int16 = 0x400
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (target, end) in [(1, Ends.Name.output), (2, .error), (3, .socket), (4, .cancel), (5, .status)] {
            posix_spawn_file_actions_adddup2(&actions, ends.child(end), Int32(target))
        }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, newSession | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
        let argv = [strdup(executable)]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for pointer in argv + variables { free(pointer) } }
        return posix_spawn(&pid, executable, &actions, &attributes, argv + [nil], variables + [nil])
    }
}

/// Both ends of everything that connects us with a worker.
private struct Ends {
    enum Name: CaseIterable { case socket, output, error, status, cancel }
    private var ours: [Name: Int32] = [:]
    private var theirs: [Name: Int32] = [:]

    /// Ours do not block. Theirs are numbered above those they are moved to, so that no move overwrites the next.
    mutating func open() -> Bool {
        for name in Name.allCases {
            guard let pair = name == .socket ? Self.socketPair() : Self.pipe(toChild: name == .cancel) else {
                return false
            }
            ours[name] = pair.ours
            let high = fcntl(pair.theirs, F_DUPFD_CLOEXEC, 10)
            close(pair.theirs)
            guard high >= 0 else { return false }
            theirs[name] = high
            KernelControl.setNonBlocking(pair.ours)
        }
        return true
    }

    func child(_ name: Name) -> Int32 { theirs[name] ?? -1 }

    mutating func take(_ name: Name) -> Int32 { ours.removeValue(forKey: name) ?? -1 }

    mutating func closeChildren() {
        for end in theirs.values { close(end) }
        theirs = [:]
    }

    mutating func closeAll() {
        closeChildren()
        for end in ours.values { close(end) }
        ours = [:]
    }

    private static func pipe(toChild: Bool) -> (ours: Int32, theirs: Int32)? {
        guard let ends = KernelControl.pipe(feedsChild: toChild) else { return nil }
        return toChild ? (ends.write, ends.read) : (ends.read, ends.write)
    }

    private static func socketPair() -> (ours: Int32, theirs: Int32)? {
        var ends: [Int32] = [-1, -1]
        #if canImport(Glibc)
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            guard Glibc.socketpair(AF_UNIX, type, 0, &ends) == 0 else { return nil }
        #else
            guard Darwin.socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        #endif
        return (ends[0], ends[1])
    }
}
