package import Model
package import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Keeps long-lived services running through one `ServiceSupervisor` each, which outlives this process: after a restart
/// of the daemon (or `host run --once`) a new `ServiceControl` finds the same services by their control directories.
///
/// A systemd unit for the daemon needs `KillMode=process`, or systemd ends the services with it.
package struct ServiceControl: SuperviseService {
    package struct Options: Sendable {
        /// Bytes after which a runtime log is rotated, and how many rotated ones are kept.
        package var logBytes = 10 << 20
        package var logFiles = 4
        /// Before the first automatic restart; each further one waits twice as long, up to `backoffLimit`.
        package var backoff: Duration = .milliseconds(500)
        package var backoffLimit: Duration = .seconds(60)
        /// A service that ran this long starts again with the first backoff.
        package var stableAfter: Duration = .seconds(30)
        package init() {}
    }

    let directory: String
    private let logs: String
    private let options: Options
    private let launcher: SupervisorLauncher
    private let masker: SecretMasker

    /// - Parameters:
    ///   - supervisor: absolute path of the executable `ServiceSupervisor`.
    ///   - directory: absolute; holds one control directory per service (`.deployer/services`).
    ///   - logs: absolute; takes `runtime-<fileName>.log`.
    ///   - masker: hides secrets in what is told of services; their own logs are theirs.
    package init(
        supervisor: String, directory: String, logs: String, options: Options = Options(),
        masker: SecretMasker = SecretMasker()
    ) {
        self.masker = masker
        self.directory = directory
        self.logs = logs
        self.options = options
        launcher = SupervisorLauncher(executable: supervisor)
    }

    // MARK: SuperviseService

    package func start(_ spec: SupervisedSpec) async throws(Failure) -> SupervisedStatus {
        let control = control(spec.name)
        try prepare(control)
        var wire = ServiceSpec(
            service: spec.name.description, argv: spec.arguments, directory: spec.directory,
            environment: spec.environment, logPath: logPath(spec.name))
        wire.grace = Int(spec.grace.wholeMilliseconds)
        wire.logBytes = options.logBytes
        wire.logFiles = options.logFiles
        wire.backoff = Int(options.backoff.wholeMilliseconds)
        wire.backoffLimit = Int(options.backoffLimit.wholeMilliseconds)
        wire.stableAfter = Int(options.stableAfter.wholeMilliseconds)
        var command = FieldText()
        command.add("command", "start")
        wire.write(to: &command)
        guard command.bytes.count <= FieldText.largest else {
            throw Failure(
                Failure.Code("supervise.spec"),
                "what service '\(spec.name)' is to be started with takes \(command.bytes.count) bytes, "
                    + "\(FieldText.largest) at most can be handed over",
                remedy: "Put long arguments and variables into a file.")
        }
        let status = try await ask(command, control, patience: patience(control, spec.grace))
        if let reason = status.lastExit?.startError, status.state == .backoff {
            throw Failure(
                Failure.Code("supervise.start"), "service '\(spec.name)' could not be started",
                remedy: "See '\(status.logPath)'.",
                cause: masker.mask(reason))
        }
        return report(status)
    }

    package func stop(_ name: SupervisedName, grace: Duration?) async throws(Failure) -> SupervisedStatus {
        let control = control(name)
        guard let (spec, _) = control.readSpec() else { return try await status(name) }
        var command = FieldText()
        command.add("command", "stop")
        command.add("grace", grace.map { Int($0.wholeMilliseconds) })
        return report(try await ask(command, control, patience: patience(control, grace ?? .milliseconds(spec.grace))))
    }

    package func status(_ name: SupervisedName) async throws(Failure) -> SupervisedStatus {
        guard let status = try await details(name) else { return SupervisedStatus(state: .unknown) }
        return report(status)
    }

    // MARK: beyond the protocol

    /// Ends the service's process, if it runs, and starts it anew with what it was last started with.
    package func restart(_ name: SupervisedName) async throws(Failure) -> SupervisedStatus {
        let control = control(name)
        guard let (spec, _) = control.readSpec() else {
            throw Failure(
                Failure.Code("supervise.unknown"), "service '\(name)' was never started here",
                remedy: "Deploy it first.")
        }
        var command = FieldText()
        command.add("command", "restart")
        let status = try await ask(command, control, patience: patience(control, .milliseconds(spec.grace)))
        return report(status)
    }

    /// Everything the supervisor knows: with `lastExit` and `crashOutput`, what the service printed before it crashed.
    ///
    /// - Returns: nil for a name that was never started here.
    package func details(_ name: SupervisedName) async throws(Failure) -> ServiceStatus? {
        let control = control(name)
        if control.isSupervised {
            var command = FieldText()
            command.add("command", "status")
            return masked(try await launcher.exchange(command, control, patience: 5000))
        }
        guard let (spec, isWanted) = control.readSpec() else { return nil }
        var status =
            control.readStatus()
            ?? ServiceStatus(
                service: spec.service, state: .stopped, supervisor: 0, since: Clock.wall, logPath: spec.logPath)
        status.supervisor = 0
        // The supervisor is gone, its service perhaps not: that runs on, unattended, until the next start adopts it.
        let isAlive = await DedicatedThread.run { !control.abandoned.members().isEmpty }
        status.state = isAlive ? .running : isWanted ? .backoff : .stopped
        if !isAlive { status.pid = nil }
        return masked(status)
    }

    func masked(_ status: ServiceStatus) -> ServiceStatus {
        var status = status
        status.crashOutput = masker.mask(status.crashOutput.joined(separator: "\n"))
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if status.crashOutput == [""] { status.crashOutput = [] }
        if let text = status.lastExit?.startError { status.lastExit?.startError = masker.mask(text) }
        return status
    }

    /// Every service that was started here, with its state.
    package func list() async throws(Failure) -> [SupervisedName: SupervisedStatus] {
        var found: [SupervisedName: SupervisedStatus] = [:]
        for name in names { found[name] = try await status(name) }
        return found
    }

    /// Gives each service that should run a supervisor again: after the machine was started, or after a supervisor was
    /// killed. What such a one left running is ended first, so that each service runs once.
    /// A service that cannot be taken over holds up no other.
    package func adopt() async -> Adoption {
        let orphans = names.filter { name in
            let control = control(name)
            return control.readSpec()?.isWanted == true && !control.isSupervised
        }
        return await withTaskGroup(of: (SupervisedName, Failure?).self) { group in
            var rest = orphans[...]
            var adoption = Adoption()
            for name in rest.prefix(Self.launchesAtATime) { group.addTask { (name, await resume(name)) } }
            rest = rest.dropFirst(Self.launchesAtATime)
            while let (name, failure) = await group.next() {
                adoption.add(name, failure)
                if let next = rest.popFirst() { group.addTask { (next, await resume(next)) } }
            }
            return adoption
        }
    }

    /// What became of the services that had no supervisor.
    package struct Adoption: Sendable {
        /// Supervised again, by name.
        package private(set) var adopted: [SupervisedName] = []
        /// Without a supervisor still, and why.
        package private(set) var failures: [(name: SupervisedName, failure: Failure)] = []

        fileprivate mutating func add(_ name: SupervisedName, _ failure: Failure?) {
            if let failure { failures.append((name, failure)) } else { adopted.append(name) }
            adopted.sort { $0.description < $1.description }
            failures.sort { $0.name.description < $1.name.description }
        }
    }

    private static let launchesAtATime = 4

    private func resume(_ name: SupervisedName) async -> Failure? {
        do throws(Failure) {
            try await launcher.launch(control(name), resumes: true)
            return nil
        } catch {
            return error
        }
    }

    /// Ends the service and its supervisor and forgets both; the runtime log stays.
    package func remove(_ name: SupervisedName) async throws(Failure) {
        let control = control(name)
        try await shutDown(control)
        for file in Files.names(in: control.path) { unlink("\(control.path)/\(file)") }
        rmdir(control.path)
    }

    /// Ends every service and every supervisor. What should run is started again by `adopt`.
    package func stopAll() async throws(Failure) {
        for name in names { try await shutDown(control(name)) }
    }

    private func shutDown(_ control: ControlDirectory) async throws(Failure) {
        guard control.isSupervised else {
            await DedicatedThread.run { _ = control.abandoned.kill(patience: 5000) }
            return
        }
        var command = FieldText()
        command.add("command", "shutdown")
        _ = try await launcher.exchange(command, control, patience: patience(control, .zero))
        await launcher.waitForEnd(control)
    }

    // MARK: parts

    func control(_ name: SupervisedName) -> ControlDirectory {
        ControlDirectory("\(directory)/\(name.fileName)")
    }
    private func logPath(_ name: SupervisedName) -> String { "\(logs)/runtime-\(name.fileName).log" }

    private var names: [SupervisedName] {
        Files.names(in: directory).sorted().compactMap(SupervisedName.init(fileName:)).filter {
            control($0).readSpec() != nil || control($0).isSupervised
        }
    }

    private func prepare(_ control: ControlDirectory) throws(Failure) {
        guard Files.makeFolder(logs, mode: 0o755), Files.makeFolder(control.path, mode: 0o700) else {
            throw Failure(
                Failure.Code("supervise.directory"), "cannot make '\(control.path)' or '\(logs)'",
                remedy: "Let the daemon's user write to the workspace.", cause: Files.lastError)
        }
    }

    /// Milliseconds a command may take: the grace of what runs now and of what is started, and the kill after it.
    private func patience(_ control: ControlDirectory, _ grace: Duration) -> Int {
        let most = 3_600_000
        let before = control.readSpec()?.spec.grace ?? 0
        return min(Int(clamping: grace.wholeMilliseconds), most) + min(max(before, 0), most) + 15_000
    }

    private func ask(_ command: FieldText, _ control: ControlDirectory, patience: Int) async throws(Failure)
        -> ServiceStatus
    {
        if !control.isSupervised { try await launcher.launch(control, resumes: false) }
        do {
            return try await launcher.exchange(command, control, patience: patience)
        } catch  where error.code == SupervisorLauncher.unreachable {
            // A supervisor whose socket was taken away, or that ended just now: once more with a new one.
            try await launcher.replace(control)
            return try await launcher.exchange(command, control, patience: patience)
        }
    }

    private func report(_ status: ServiceStatus) -> SupervisedStatus {
        var report = SupervisedStatus(state: .unknown)
        report.state =
            switch status.state {
            case .running: .running
            case .stopping, .stopped: .stopped
            case .backoff: .backoff
            }
        report.pid = status.pid
        report.restarts = status.restarts
        report.lastExit = status.lastExit.flatMap { $0.code ?? $0.signal.map { -$0 } }
        if status.state == .running { report.startedAt = Timestamp(microseconds: Int64(status.since) * 1000) }
        report.logPath = status.logPath
        report.message = masker.mask(status.sentence)
        return report
    }
}
