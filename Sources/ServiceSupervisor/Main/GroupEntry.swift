#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif
import SupervisorCore

/// `ServiceSupervisor exec NICENESS GROUP… -- FILE ARGUMENT…`: enters control groups, then becomes the command.
///
/// Whoever is moved into a group after its start may have forked before; what enters first and then executes has not.
/// Neither fork nor posix_spawn of Debian 12's glibc can start a child inside a group (clone3 can, Swift cannot call it).
enum GroupEntry {
    static let cannotExecute: Int32 = 126

    /// - Parameter arguments: what follows `exec`. The first of the command's arguments is also its `argv[0]`.
    /// - Returns: the exit code, if the command could not be executed.
    static func run(_ arguments: [String]) -> Int32 {
        guard let niceness = arguments.first.flatMap({ Int32($0) }), let dashes = arguments.firstIndex(of: "--"),
            dashes + 2 < arguments.count
        else {
            Console.complain("usage: ServiceSupervisor exec NICENESS GROUP… -- FILE ARGV0 ARGUMENT…")
            return 64
        }
        for folder in arguments[1..<dashes] {
            guard let file = Files.open("\(folder)/cgroup.procs", O_WRONLY) else { continue }
            Files.write("0".utf8, to: file)
            close(file)
        }
        if niceness > 0 { _ = nice(niceness) }
        let file = arguments[dashes + 1]
        let argv = arguments[(dashes + 2)...].map { strdup($0) } + [nil]
        execv(file, argv)
        Console.complain("cannot execute '\(file)': \(Files.lastError)")
        return cannotExecute
    }
}
