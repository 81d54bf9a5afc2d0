#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts a process as the leader of a session of its own, without a shell. For programs of a single thread: the child
/// gets its working directory by way of this process's own.
package enum SpawnedProcess {
    /// POSIX_SPAWN_SETSID, an extension that Swift's view of glibc leaves out.
    #if canImport(Glibc)
        private static let newSession: Int16 = 0x80
    #else
        private static let newSession: Int16 = 0x400
    #endif

    package struct Failure: Error, Hashable {
        package var message: String
    }

    /// Finds the file of a command as execvp(3) would, but in the PATH of the environment the command is given.
    package static func resolve(_ name: String, path: String?) -> String? {
        if name.contains("/") { return name }
        for folder in (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
            let candidate = "\(folder)/\(name)"
            if access(candidate, X_OK) == 0 { return candidate }
        }
        return nil
    }

    /// - Parameters:
    ///   - output: takes standard output and standard error; standard input is empty.
    ///   - inherited: a descriptor that the child finds as number 3.
    package static func start(
        _ argv: [String], environment: [String: String], directory: String, output: Int32, inherited: Int32? = nil
    ) throws(Failure) -> Int32 {
        guard let home = Files.open(".", O_RDONLY) else {
            throw Failure(message: "the working directory is gone: \(Files.lastError)")
        }
        defer {
            _ = fchdir(home)
            close(home)
        }
        guard chdir(directory) == 0 else { throw Failure(message: "the folder '\(directory)': \(Files.lastError)") }
        guard let name = argv.first, let file = resolve(name, path: environment["PATH"]) else {
            throw Failure(message: "'\(argv.first ?? "")' was not found in PATH")
        }
        return try spawn(file, argv, environment.map { "\($0.key)=\($0.value)" }, output: output, inherited: inherited)
    }

    /// Starts a command that stays in this process's session and group, with its environment, folder and standard
    /// streams.
    package static func startInSession(file: String, _ argv: [String]) throws(Failure) -> Int32 {
        var environment: [String] = []
        var next = environ
        while let entry = next.pointee {
            environment.append(String(cString: entry))
            next += 1
        }
        return try spawn(file, argv, environment, output: nil, inherited: nil)
    }

    private static func spawn(
        _ file: String, _ argv: [String], _ environment: [String], output: Int32?, inherited: Int32?
    ) throws(Failure) -> Int32 {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        if let output {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        }
        if let inherited { posix_spawn_file_actions_adddup2(&actions, inherited, 3) }

        // The child starts with every signal at its default and none blocked, whatever this process does with its own.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        let session = output == nil ? 0 : newSession
        posix_spawnattr_setflags(
            &attributes, session | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))

        var pid: Int32 = 0
        let result = withCStrings(argv) { argv in
            withCStrings(environment) { environment in
                posix_spawn(&pid, file, &actions, &attributes, argv, environment)
            }
        }
        guard result == 0 else { throw Failure(message: "'\(file)': \(Files.text(of: result))") }
        return pid
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
