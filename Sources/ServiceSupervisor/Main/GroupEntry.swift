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

    /// Where the first of the groups cannot be entered the command is guarded instead: nothing else would know what it
    /// starts. The daemon sees the guard outside the group.
    ///
    /// - Parameter arguments: what follows `exec`.
    /// - Returns: the exit code, if the command could not be executed.
    static func run(_ arguments: [String]) -> Int32 {
        guard let entry = Entry(arguments) else {
            Console.complain("usage: ServiceSupervisor exec NICENESS GROUP… -- FILE ARGV0 ARGUMENT…")
            return 64
        }
        if let reason = entry.enter() {
            Console.complain("cannot enter '\(entry.groups[0])' (\(reason)); the command is guarded instead")
            return CommandGuard.run(entry)
        }
        let argv = entry.words.dropFirst().map { strdup($0) } + [nil]
        execv(entry.words[0], argv)
        Console.complain("cannot execute '\(entry.words[0])': \(Files.lastError)")
        return cannotExecute
    }

    /// `NICENESS GROUP… -- FILE ARGV0 ARGUMENT…`.
    struct Entry {
        private let niceness: Int32
        let groups: [String]
        /// The file and its arguments.
        let words: [String]

        init?(_ arguments: [String]) {
            guard let niceness = arguments.first.flatMap({ Int32($0) }), let dashes = arguments.firstIndex(of: "--"),
                dashes + 2 < arguments.count
            else { return nil }
            self.niceness = niceness
            groups = Array(arguments[1..<dashes])
            words = Array(arguments[(dashes + 1)...])
        }

        /// Lowers this process's priority and moves it into the groups.
        ///
        /// - Returns: why the first group could not be entered, which is the one that knows the command's descendants; of the
        ///   others only a limit is lost.
        func enter() -> String? {
            var reason: String?
            for (index, folder) in groups.enumerated() {
                guard let file = Files.open("\(folder)/cgroup.procs", O_WRONLY) else {
                    if index == 0 { reason = Files.lastError }
                    continue
                }
                if !Files.write("0".utf8, to: file), index == 0 { reason = Files.lastError }
                close(file)
            }
            if niceness > 0 { _ = nice(niceness) }
            return reason
        }
    }
}
