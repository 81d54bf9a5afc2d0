import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts supervisors and talks with them.
struct SupervisorLauncher: Sendable {
    static let unreachable = Failure.Code("supervise.unreachable")
    static let cancelled = Failure.Code("supervise.cancelled")

    let executable: String
    private let runner = ProcessRunner(groups: .none, options: .init(descendants: .kept))

    init(executable: String) { self.executable = executable }

    /// Starts a supervisor in a session of its own and waits until it takes commands. Finding that another one came
    /// first is success too.
    func launch(_ control: ControlDirectory, resumes: Bool) async throws(Failure) {
        let result = await runner.run(
            ProcessRequest(
                operation: "supervise", arguments: [executable, "start", control.path] + (resumes ? ["--resume"] : []),
                directory: control.path, environment: Self.environment, timeout: .seconds(60), keptOutput: 4096)
        ) { _, _ in }
        let alreadySupervised: Int32 = 75
        if result.succeeded || result.end == .exited(code: alreadySupervised) { return }
        var cause = String(decoding: result.standardError, as: UTF8.self)
        if case .notStarted(_, let reason) = result.end { cause = reason }
        if cause.isEmpty { cause = "\(result.end)" }
        throw Failure(
            Failure.Code("supervise.supervisor"), "no supervisor could be started in '\(control.path)'",
            remedy: "See '\(control.log)', and whether '\(executable)' is installed.", cause: cause)
    }

    private static var environment: [String: String] {
        var environment: [String: String] = [:]
        for name in ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TZ"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        return environment
    }

    /// Sends one command and waits for its answer.
    ///
    /// - Parameter patience: milliseconds.
    /// - Throws: `supervise.unreachable` where nobody answers, `supervise.refused` with the supervisor's own words,
    ///   `supervise.cancelled` when the surrounding task was cancelled: the answer is not waited for, then.
    func exchange(_ command: FieldText, _ control: ControlDirectory, patience: Int) async throws(Failure)
        -> ServiceStatus
    {
        let wake = WakePipe()
        let answer = await withTaskCancellationHandler {
            await DedicatedThread.run {
                SupervisorClient.exchange(command, control, patience: patience, wake: wake)
            }
        } onCancel: {
            wake?.wake()
        }
        switch answer {
        case .failure(let reason) where reason.isCancelled:
            throw Failure(
                Self.cancelled, "the supervisor in '\(control.path)' was not waited for", cause: reason.message)
        case .failure(let reason):
            throw Failure(
                Self.unreachable, "the supervisor in '\(control.path)' does not answer",
                remedy: "See '\(control.log)'.",
                cause: reason.message, scheduling: .retry)
        case .success(let text):
            if let reason = text["error"] {
                throw Failure(
                    Failure.Code("supervise.refused"), "the supervisor in '\(control.path)' refused: \(reason)")
            }
            guard let status = ServiceStatus(text) else {
                throw Failure(Self.unreachable, "the supervisor in '\(control.path)' speaks another language")
            }
            return status
        }
    }

    /// Ends a supervisor that cannot be reached any more, and starts another.
    func replace(_ control: ControlDirectory) async throws(Failure) {
        let wake = WakePipe()
        await withTaskCancellationHandler {
            await end(control, wake)
        } onCancel: {
            wake?.wake()
        }
        try await launch(control, resumes: false)
    }

    private func end(_ control: ControlDirectory, _ wake: WakePipe?) async {
        await DedicatedThread.run {
            guard control.isSupervised, let pid = control.readStatus()?.supervisor,
                let entry = ProcessTable.entry(pid), Self.isSupervisor(pid, of: control)
            else { return }
            // SIGTERM lets it end its service in order.
            ProcessTable.signal(entry, SIGTERM)
            let deadline = Clock.milliseconds + (control.readSpec()?.spec.grace ?? 0) + 10_000
            while control.isSupervised, Clock.milliseconds < deadline, wake?.isWoken != true { usleep(20_000) }
            if wake?.isWoken == true { return }
            if control.isSupervised { ProcessTable.signal(entry, SIGKILL) }
            while control.isSupervised, Clock.milliseconds < deadline + 2000 { usleep(20_000) }
        }
    }

    func waitForEnd(_ control: ControlDirectory) async {
        await DedicatedThread.run {
            let deadline = Clock.milliseconds + 5000
            while control.isSupervised, Clock.milliseconds < deadline { usleep(5000) }
        }
    }

    private static func isSupervisor(_ pid: Int32, of control: ControlDirectory) -> Bool {
        let arguments = (Files.read("/proc/\(pid)/cmdline", limit: 16_384) ?? []).split(separator: 0)
        return arguments.contains { $0.elementsEqual(control.path.utf8) }
    }
}
