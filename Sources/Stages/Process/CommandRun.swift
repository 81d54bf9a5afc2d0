import Model
import Subprocess
import SupervisorCore
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One command of a `ProcessRunner`, from the request to the result.
struct CommandRun: Sendable {
    let runner: ProcessRunner
    let request: ProcessRequest
    let pipes: ChildPipes
    let wake: WakePipe
    let output: @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    private let started = Clock.milliseconds
    private let marker: String

    private static let count = Atomic<Int>(0)
    private static let ownStart = ProcessTable.entry(getpid())?.startTime ?? 0

    init(
        runner: ProcessRunner, request: ProcessRequest, pipes: ChildPipes, wake: WakePipe,
        output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) {
        self.runner = runner
        self.request = request
        self.pipes = pipes
        self.wake = wake
        self.output = output
        let number = Self.count.add(1, ordering: .relaxed).newValue
        let suffix = runner.options.descendants == .kept ? ProcessRunner.keptSuffix : ""
        marker = "\(getpid()).\(Self.ownStart).\(number)\(suffix)"
    }

    private var isKept: Bool { runner.options.descendants == .kept }

    /// Runs the command; answers early when a process hangs in the kernel and cannot be waited for.
    func launch(_ answer: SingleAnswer<ProcessResult>) async -> ProcessResult {
        // What may live on must not be in a group: whoever clears up after this daemon would end it.
        let (group, shortfall) =
            isKept ? (nil, nil) : runner.groups.make("\(request.operation).\(marker)", limits: runner.options.limits)
        if let shortfall { note(shortfall) }
        let configuration: Configuration
        do throws(StartFailure) {
            configuration = try self.configuration(group)
        } catch {
            pipes.closeAllEnds()
            group?.remove()
            return ProcessResult(end: .notStarted(code: error.code, reason: error.reason))
        }
        do {
            let execution = try await Subprocess.run(
                configuration,
                input: FileDescriptorInput.fileDescriptor(
                    FileDescriptor(rawValue: pipes.inputRead ?? Self.emptyInput()), closeAfterSpawningProcess: true),
                output: .fileDescriptor(FileDescriptor(rawValue: pipes.outputWrite), closeAfterSpawningProcess: true),
                error: .fileDescriptor(FileDescriptor(rawValue: pipes.errorWrite), closeAfterSpawningProcess: true)
            ) { child in
                let report = await follow(child.processIdentifier, group)
                if report.survivors > 0 { answer.give(result(of: report, nil)) }
                return report
            }
            return result(of: execution.closureResult, execution.terminationStatus)
        } catch {
            return failed(error, group)
        }
    }

    private func failed(_ error: any Error, _ group: ControlGroup?) -> ProcessResult {
        guard let error = error as? SubprocessError else {
            return ProcessResult(end: .notStarted(code: EIO, reason: "\(error)"))
        }
        // Monitoring fails after the start, when the loop has closed the pipes already; all else before it.
        if error.code != .failedToMonitorProcess { pipes.closeOwnEnds() }
        group?.remove()
        let failure = StartFailure(
            error, command: request.arguments[0], file: executable.map(absolute) ?? "", directory: request.directory)
        return ProcessResult(end: .notStarted(code: failure.code, reason: failure.reason))
    }

    private func follow(_ process: ProcessIdentifier, _ group: ControlGroup?) async -> ChildLoop.Report {
        let pid = process.value
        if entranceMode(group) == nil {
            group?.adopt(pid)
            if runner.options.niceness > 0 {
                setpriority(.init(Self.byGroup), id_t(pid), Int32(runner.options.niceness))
            }
        }
        #if os(Linux)
            let descriptor = process.processDescriptor
        #else
            let descriptor: Int32 = -1
        #endif
        let tree = ChildTree(
            processes: ProcessTree(leader: pid, marker: "\(ProcessRunner.commandMarker)=\(marker)"), group: group,
            certainty: certainty(group))
        let deadline = started + Int(clamping: request.timeout.wholeMilliseconds)
        return await DedicatedThread.run {
            var loop = ChildLoop(
                tree: tree, processDescriptor: descriptor, wake: wake, deadline: deadline, options: runner.options,
                request: request, pipes: pipes, output: output)
            let report = loop.run()
            group?.remove()
            return report
        }
    }

    private func result(of report: ChildLoop.Report, _ status: TerminationStatus?) -> ProcessResult {
        let name = request.arguments[0]
        if report.leftovers > 0, report.ending == .byItself {
            note("'\(name)' ended and left \(report.leftovers) process(es) behind; they were ended")
        }
        if report.survivors > 0 {
            note("\(report.survivors) process(es) of '\(name)' hang in the kernel and outlive SIGKILL")
        }
        if report.outOfMemoryKills > 0 { note("'\(name)' needed more memory than it may take; raise the limit") }
        let end: ProcessResult.End =
            switch (report.ending, status) {
            case (.timedOut, _): .timedOut
            case (.cancelled, _): .cancelled
            case (.byItself, .exited(let code)): .exited(code: code)
            case (.byItself, .signaled(let signal)): .signalled(signal)
            case (.byItself, nil): .signalled(SIGKILL)
            }
        return ProcessResult(
            end: end, duration: .milliseconds(Clock.milliseconds - started), standardOutput: report.standardOutput,
            standardError: report.standardError, isOutputCut: report.isOutputCut, isErrorCut: report.isErrorCut)
    }

    private func note(_ text: String) { runner.options.note?(request.operation, text) }

    // MARK: the command line

    private func certainty(_ group: ControlGroup?) -> ChildTree.Certainty {
        switch entranceMode(group) {
        case "exec": .group
        case "guard": .guarded
        default: .searched
        }
    }

    /// What the entrance is asked to do; nil runs the command without it.
    private func entranceMode(_ group: ControlGroup?) -> String? {
        guard runner.entrance != nil, !isKept else { return nil }
        if group?.folder != nil { return "exec" }
        #if os(Linux)
            return "guard"
        #else
            return nil
        #endif
    }

    private func configuration(_ group: ControlGroup?) throws(StartFailure) -> Configuration {
        guard let name = request.arguments.first, !name.isEmpty else {
            throw StartFailure(code: EINVAL, reason: "the command is empty")
        }
        guard let file = executable else {
            throw StartFailure(code: ENOENT, reason: "'\(name)' was not found in PATH")
        }
        try checkText(name)
        var program = file
        var arguments = request.arguments
        if let entrance = runner.entrance, let mode = entranceMode(group) {
            // What the entrance would find out too late to say so.
            guard access(absolute(file), X_OK) == 0, !Files.isFolder(absolute(file)) else {
                let code = access(absolute(file), F_OK) == 0 ? EACCES : errno
                throw StartFailure(code: code, reason: "'\(name)': \(Files.text(of: code))")
            }
            program = entrance
            arguments =
                [entrance, mode, "\(runner.options.niceness)"] + (group?.folders ?? []) + ["--", file] + arguments
        }
        var environment = request.environment
        environment[ProcessRunner.marker] = request.operation
        environment[ProcessRunner.commandMarker] = marker
        var platform = PlatformOptions()
        platform.createSession = true
        return Configuration(
            executable: .path(FilePath(program)),
            arguments: Arguments(executablePathOverride: arguments[0], remainingValues: Array(arguments.dropFirst())),
            // The library copies each entry up to a zero byte, which it does not add itself.
            environment: .custom(environment.map { Array("\($0.key)=\($0.value)\0".utf8) }),
            workingDirectory: FilePath(request.directory), platformOptions: platform)
    }

    private func checkText(_ name: String) throws(StartFailure) {
        for text in request.arguments where text.utf8.contains(0) {
            throw StartFailure(code: EINVAL, reason: "an argument of '\(name)' holds a zero byte")
        }
        for (variable, value) in request.environment
        where variable.isEmpty || variable.utf8.contains(UInt8(ascii: "=")) || variable.utf8.contains(0)
            || value.utf8.contains(0)
        {
            throw StartFailure(code: EINVAL, reason: "the environment of '\(name)' holds a broken '\(variable)'")
        }
    }

    private var executable: String? {
        let path = request.environment["PATH"] ?? getenv("PATH").map { String(cString: $0) }
        return request.arguments.first.flatMap { SpawnedProcess.resolve($0, path: path) }
    }

    private func absolute(_ file: String) -> String { file.hasPrefix("/") ? file : "\(request.directory)/\(file)" }

    private static func emptyInput() -> Int32 { Files.open("/dev/null", O_RDONLY) ?? -1 }

    #if canImport(Glibc)
        private static let byGroup = PRIO_PGRP.rawValue
    #else
        private static let byGroup = PRIO_PGRP
    #endif
}
