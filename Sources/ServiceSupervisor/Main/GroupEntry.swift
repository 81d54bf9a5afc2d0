import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `ServiceSupervisor exec NICENESS GROUP… -- FILE ARGV0 ARGUMENT…`: enters control groups, then becomes the command.
///
/// Whoever is moved into a group after its start may have forked before; what enters first and then executes has not.
/// Neither fork nor posix_spawn of Debian 12's glibc can start a child inside a group, and Swift cannot call clone3.
enum GroupEntry {
    static let cannotExecute: Int32 = 126

    /// - Parameter arguments: what follows `exec`.
    /// - Returns: the exit code, if the command could not be executed.
    static func run(_ arguments: [String]) -> Int32 {
        guard let command = enter(arguments) else {
            Console.complain("usage: ServiceSupervisor exec NICENESS GROUP… -- FILE ARGV0 ARGUMENT…")
            return 64
        }
        let argv = command.dropFirst().map { strdup($0) } + [nil]
        execv(command[0], argv)
        Console.complain("cannot execute '\(command[0])': \(Files.lastError)")
        return cannotExecute
    }

    /// Lowers this process's priority and moves it into the groups.
    ///
    /// - Returns: what stands behind the dashes, the file and its arguments; nil when it is not there.
    static func enter(_ arguments: [String]) -> [String]? {
        guard let niceness = arguments.first.flatMap({ Int32($0) }), let dashes = arguments.firstIndex(of: "--"),
            dashes + 2 < arguments.count
        else { return nil }
        for folder in arguments[1..<dashes] {
            guard let file = Files.open("\(folder)/cgroup.procs", O_WRONLY) else { continue }
            Files.write("0".utf8, to: file)
            close(file)
        }
        if niceness > 0 { _ = nice(niceness) }
        return Array(arguments[(dashes + 1)...])
    }
}
