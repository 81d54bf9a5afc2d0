import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A spawned `GitTransport`: a session of its own, with sockets as its standard streams.
struct TransportProcess: ~Copyable {
    let pid: pid_t
    /// Ours of the child's standard input. Kept open while the child runs: its end tells the child that we are gone.
    let input: Int32
    let output: Int32
    let complaints: Int32

    /// - Throws: `git.transport` when the executable cannot be started.
    init(executable: String, home: String) throws(Failure) {
        var input: [Int32] = [-1, -1]
        var output: [Int32] = [-1, -1]
        var complaints: [Int32] = [-1, -1]
        guard Descriptors.makePair(&input), Descriptors.makePair(&output), Descriptors.makePair(&complaints) else {
            let cause = String(cString: strerror(errno))
            for descriptor in input + output + complaints where descriptor >= 0 { close(descriptor) }
            throw Failure(
                .remoteTransport, "no descriptors are left for a child process", cause: cause, scheduling: .retry)
        }
        var pid: pid_t = 0
        let status = Self.spawn(&pid, executable, home, input[1], output[1], complaints[1])
        for descriptor in [input[1], output[1], complaints[1]] { close(descriptor) }
        guard status == 0 else {
            for descriptor in [input[0], output[0], complaints[0]] { close(descriptor) }
            throw Failure(
                .remoteTransport, "\(executable) cannot be started",
                remedy: "Install the deployer completely: GitTransport lies beside its main executable.",
                cause: String(cString: strerror(status)))
        }
        self.pid = pid
        self.input = input[0]
        self.output = output[0]
        self.complaints = complaints[0]
    }

    deinit {
        close(input)
        close(output)
        close(complaints)
    }

    /// The child sees nothing of the daemon's environment but what programs need to run at all: no proxy settings, no git variables.
    private static func environment(home: String) -> [String] {
        var variables = ["HOME=\(home)", "PATH=/usr/bin:/bin", "LANG=C"]
        for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"] {
            if let value = getenv(name) { variables.append("\(name)=\(String(cString: value))") }
        }
        return variables
    }

    private static func spawn(
        _ pid: inout pid_t, _ executable: String, _ home: String, _ input: Int32, _ output: Int32, _ complaints: Int32
    ) -> Int32 {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let flags =
                POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            // POSIX_SPAWN_SETSID (spawn.h, glibc 2.26), which Swift's Glibc module does not show.
            let setsid: Int32 = 0x80
            let flags = setsid | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, complaints, 2)
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), nil]
        var variables = environment(home: home).map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        return posix_spawn(&pid, executable, &actions, &attributes, &arguments, &variables)
    }
}

/// Connected pairs of sockets that are close-on-exec from their first moment on (a pipe would have to be marked afterwards,
/// when another thread may already have spawned a child that now holds it open). The first end, ours, does not block.
enum Descriptors {
    static func makePair(_ pair: inout [Int32]) -> Bool {
        #if canImport(Darwin)
            guard socketpair(AF_UNIX, SOCK_STREAM, 0, &pair) == 0 else { return false }
            for descriptor in pair { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        #else
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { return false }
        #endif
        _ = fcntl(pair[0], F_SETFL, O_NONBLOCK)
        return true
    }
}
