#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs programs of the machine for the test's surroundings (git as the peer, openssl, ssh-keygen), with an environment that
/// is configured from nowhere but the test.
package enum PeerCommand {
    package struct Result: Sendable {
        package var status: Int32
        package var output: [UInt8]
        package var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Runs a program to its end. Its standard error is the test's own unless `isQuiet`.
    /// - Parameters:
    ///   - arguments: the program, looked for in PATH, and its arguments.
    ///   - inputFile: becomes standard input; nil means none.
    package static func run(
        _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:], inputFile: String? = nil,
        isQuiet: Bool = true
    ) throws -> Result {
        var pair: [Int32] = [-1, -1]
        guard makePair(&pair) else { throw PeerError("no descriptors are left") }
        let pid: pid_t
        do {
            pid = try spawn(
                arguments, in: folder, environment: environment, inputFile: inputFile, output: pair[1], isQuiet: isQuiet
            )
        } catch {
            for descriptor in pair { close(descriptor) }
            throw error
        }
        close(pair[1])
        defer { close(pair[0]) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(pair[0], &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            output += chunk[..<count]
        }
        return Result(status: wait(pid), output: output)
    }

    /// Runs git and returns its output without the last line end.
    /// - Throws: when git fails.
    @discardableResult
    package static func git(_ arguments: String..., in folder: String? = nil) throws -> String {
        let result = try run(["git"] + arguments, in: folder)
        guard result.status == 0 else {
            throw PeerError("git \(arguments.joined(separator: " ")) failed: \(result.text)")
        }
        var text = result.text
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }

    /// Starts a program whose end the caller waits for with `stop`.
    package static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Int32 {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(null) }
        return try spawn(
            arguments, in: nil, environment: environment, inputFile: nil, output: null, isQuiet: true)
    }

    /// Ends a started program with its children: SIGTERM, and SIGKILL after two seconds.
    package static func stop(_ pid: Int32) {
        kill(-pid, SIGTERM)
        var status: Int32 = 0
        for _ in 0..<200 {
            if waitpid(pid, &status, WNOHANG) != 0 {
                kill(-pid, SIGKILL)
                return
            }
            usleep(10_000)
        }
        kill(-pid, SIGKILL)
        waitpid(pid, &status, 0)
    }

    /// Where PATH has a program; nil when it has not.
    package static func path(of program: String) -> String? {
        if program.contains("/") { return program }
        let folders = (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin").split(separator: ":")
        return (folders.map(String.init) + ["/usr/sbin"]).map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    private static func wait(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }

    private static func makePair(_ pair: inout [Int32]) -> Bool {
        #if canImport(Darwin)
            return socketpair(AF_UNIX, SOCK_STREAM, 0, &pair) == 0
        #else
            return socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0
        #endif
    }

    private static func spawn(
        _ arguments: [String], in folder: String?, environment: [String: String], inputFile: String?, output: Int32,
        isQuiet: Bool
    ) throws -> pid_t {
        guard let name = arguments.first, let program = path(of: name) else {
            throw PeerError("there is no \(arguments.first ?? "program") on this machine")
        }
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let setsid: Int32 = 0x400
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            let setsid: Int32 = 0x80
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawnattr_setflags(&attributes, Int16(setsid))
        posix_spawn_file_actions_addopen(&actions, 0, inputFile ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        if isQuiet { posix_spawn_file_actions_adddup2(&actions, output, 2) }
        let words = folder.map { ["git", "-C", $0] }
        let full = name == "git" ? (words ?? ["git"]) + arguments.dropFirst() : arguments
        let variables = base.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        var argv: [UnsafeMutablePointer<CChar>?] = full.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
        guard status == 0 else { throw PeerError("\(program): \(String(cString: strerror(status)))") }
        return pid
    }

    private static let base = [
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin", "HOME": "/nonexistent", "LANG": "C",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Peer", "GIT_AUTHOR_EMAIL": "peer@example.invalid", "GIT_COMMITTER_NAME": "Peer",
        "GIT_COMMITTER_EMAIL": "peer@example.invalid", "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*", "GIT_CONFIG_KEY_1": "init.defaultBranch", "GIT_CONFIG_VALUE_1": "main",
    ]
}
