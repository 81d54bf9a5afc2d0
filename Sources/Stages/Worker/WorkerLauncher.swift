import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts workers: one per operation.
struct WorkerLauncher: Sendable {
    /// Absolute path of PluginWorker.
    let executable: String
    let hostVersion: String
    /// Ids of the host services there are.
    let features: [String]
    /// The daemon's environment; a worker gets next to nothing of it.
    let environment: [String: String]
    var limits: WorkerLimits

    /// Runs one command to the end of its worker. Cancelling the surrounding task ends the worker.
    ///
    /// - Parameter handlers: made for the session, whose queue takes frames for the worker.
    func run(
        _ command: WorkerCommand, library: String, offered: [String], timeout: Duration,
        operation: UInt64 = .random(in: 1...(.max >> 1)),
        handlers: (WorkerSession) -> WorkerSession.Handlers
    ) async -> WorkerReport {
        let deadline = Self.monotonicNanoseconds(in: timeout)
        let setup = WorkerSession.Setup(
            executable: executable, environment: workerEnvironment(command, operation),
            command: command.frame(
                operation: operation, library: library, hostVersion: hostVersion, features: features, offered: offered,
                deadline: deadline, timeout: timeout),
            operation: operation, timeout: timeout, limits: limits)
        guard let session = WorkerSession(setup) else {
            var report = WorkerReport()
            report.fault = .notStarted(
                Failure(
                    .init("worker.start"), "the daemon has no file descriptors left",
                    remedy: "raise the limit of open files", scheduling: .retry))
            return report
        }
        let handlers = handlers(session)
        return await withTaskCancellationHandler {
            await session.run(handlers)
        } onCancel: {
            session.cancel()
        }
    }

    /// What the Swift runtime prints of a crash: the frames. Registers and the memory they point to could hold a secret, as
    /// hexadecimal digits that no mask recognises.
    static let backtraces = "registers=none,images=none,color=no,interactive=no"

    /// No secrets and no surprises: the locale of the plugin's own messages, a place for temporary files, and the marker
    /// by which whatever it starts can be recognised.
    private func workerEnvironment(_ command: WorkerCommand, _ operation: UInt64) -> [String: String] {
        var result = ["LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": Self.backtraces]
        for name in ["PATH", "HOME", "TMPDIR", "TZ"] { result[name] = environment[name] }
        if case .run(let request, _) = command {
            result[ProcessRunner.marker] = request.operation
        } else {
            result[ProcessRunner.marker] = "worker-\(operation)"
        }
        return result
    }
}

extension WorkerLauncher {
    /// CLOCK_MONOTONIC, the clock of the ABI's deadlines, so long from now.
    fileprivate static func monotonicNanoseconds(in timeout: Duration) -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        let (sum, overflow) = now.addingReportingOverflow(
            UInt64(clamping: timeout.wholeMicroseconds).multipliedReportingOverflow(by: 1000).partialValue)
        return overflow ? .max : sum
    }
}
