import Model
import SupervisorCore

/// What a worker answered to its command, and how it ended. The answers stand for what they are worth: `fault` says
/// whether it got to its regular end.
struct WorkerReport: Sendable {
    struct Loaded: Sendable, Hashable {
        var builtMinor: Int
        var leastHostMinor: Int
    }
    var loaded: Loaded?
    /// Why the library was not loaded or the plugin did not want to.
    var refusal: String?
    var document: (status: Int32, bytes: [UInt8])?
    /// The status of open, when run was to follow.
    var openStatus: Int32?
    /// The status of the command itself.
    var status: Int32?
    var isDone = false
    /// Why the host wanted it to end early.
    var stop: WorkerStop?
    var fault: WorkerFault?
    /// From the start of the process to the end of everything it left behind.
    var duration: Duration = .zero
}

/// Why the host told a worker to end.
enum WorkerStop: Sendable, Hashable {
    case cancelled
    case timedOut
}

/// A worker that did not get to its regular end.
enum WorkerFault: Error, Sendable, Hashable {
    /// It was not started at all.
    case notStarted(Failure)
    case signalled(Int32)
    /// It left by exit() before it had answered.
    case exited(Int32)
    /// It shut its connection to the host, and lived on.
    case closedSocket
    /// What it sent is not the protocol.
    case garbage(String)
    /// It did not heed the cancellation within the grace period.
    case killed(WorkerStop)
    /// It had answered, but did not return from close.
    case hungInClose
    /// It could not be ended: it hangs in the kernel.
    case unkillable

    /// What happened, with the plugin as subject: `crashed with SIGSEGV (Segmentation fault)`.
    var sentence: String {
        switch self {
        case .notStarted(let failure): "was not started: \(failure)"
        case .signalled(let signal):
            "crashed with \(SignalName.name(signal)) (\(Signals.name(signal).lowercased()))"
        case .exited(let code): "left with exit(\(code)) instead of answering"
        case .closedSocket: "closed its connection to the host"
        case .garbage(let what): "sent the host something that is no message: \(what)"
        case .killed(.timedOut): "did not end within its time and was killed with all it had started"
        case .killed(.cancelled): "did not heed its cancellation and was killed with all it had started"
        case .hungInClose: "did not return from close and was killed"
        case .unkillable: "hangs in the kernel and outlives SIGKILL"
        }
    }

    /// The code of the diagnostic that reports it.
    var code: String {
        switch self {
        case .notStarted: "worker.start"
        case .signalled, .exited: "plugin.crash"
        case .closedSocket, .garbage: "plugin.protocol"
        case .killed, .hungInClose, .unkillable: "plugin.hang"
        }
    }
}

/// Signals by the names people look up.
package enum SignalName {
    package static func name(_ number: Int32) -> String {
        let names: [Int32: String] = [
            1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL",
            11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
        ]
        #if os(Linux)
            let platform: [Int32: String] = [7: "SIGBUS", 10: "SIGUSR1", 12: "SIGUSR2", 24: "SIGXCPU", 31: "SIGSYS"]
        #else
            let platform: [Int32: String] = [10: "SIGBUS", 12: "SIGSYS", 24: "SIGXCPU", 30: "SIGUSR1", 31: "SIGUSR2"]
        #endif
        return names[number] ?? platform[number] ?? "signal \(number)"
    }
}
