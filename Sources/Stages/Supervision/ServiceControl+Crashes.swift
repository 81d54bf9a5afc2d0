package import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The last end of a service's process that nobody had asked for, and that says that something is wrong with it.
package struct SupervisedCrash: Sendable, Hashable {
    package var service: ServiceName
    package var at: Timestamp
    package var ranFor: Duration
    /// `was ended by signal 11 (Segmentation fault)`, `exited with code 3`.
    package var text: String
    /// The last lines that it printed, secrets hidden.
    package var output: [String]
}

extension ServiceControl {
    /// Services that have crashed since they were last started, as their supervisors wrote it down: a look at small files, nobody
    /// is asked.
    package func crashes() -> [SupervisedCrash] {
        Files.names(in: directory).sorted().compactMap(SupervisedName.init(fileName:)).compactMap { name in
            guard let status = control(name).readStatus(), status.restarts > 0 || status.state == .backoff,
                let exit = status.lastExit, Self.isCrash(exit)
            else { return nil }
            return SupervisedCrash(
                service: name.service, at: Timestamp(microseconds: Int64(exit.at) * 1000),
                ranFor: .milliseconds(exit.ranFor), text: exit.text, output: masked(status).crashOutput)
        }
    }

    /// What a person or the kernel ends from outside is no crash: nothing in the sources would mend it.
    private static func isCrash(_ exit: ServiceStatus.Exit) -> Bool {
        if exit.startError != nil { return false }
        if let signal = exit.signal {
            return [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS].contains(signal)
        }
        return (exit.code ?? 0) != 0
    }
}
