#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif
import Model
import Subprocess
import SupervisorCore
import SystemPackage

/// Runs commands as children of the daemon, each in a session (and, where possible, a control group) of its own, and
/// ends each with its whole tree.
///
/// swift-subprocess spawns, closes every other descriptor in the child, watches a process descriptor and reaps. What it
/// does not do is done here: finding descendants that left the session, output at the speed of the pipe in constant
/// memory (its own sequences allocate per buffer and hop through the cooperative pool), and an end that waits for the
/// tree and not for the first process.
///
/// The daemon does not make itself a subreaper: the orphans of all commands would gather with it, no longer to be told
/// apart, and it would have to reap children that swift-subprocess waits for. Where there is no control group, a child
/// that leaves its session, lets its parent die *and* throws its environment away is therefore not found.
package struct ProcessRunner: ProcessService {
    /// What becomes of processes that a command leaves behind when it ends by itself.
    package enum Descendants: Sendable, Hashable {
        case ended
        /// For an operator's own script that starts a service in the background. A timeout still ends everything.
        case kept
    }

    package struct Options: Sendable {
        package var descendants = Descendants.ended
        /// Added to the daemon's own priority, 0...19. The kernel derives the I/O priority from it, as ionice would.
        package var niceness = 0
        package var limits: ResourceLimits?
        /// Told what people should know of a command: processes it left behind, limits that could not be set.
        package var note: (@Sendable (_ operation: String, _ text: String) -> Void)?
        package init(
            descendants: Descendants = .ended, niceness: Int = 0, limits: ResourceLimits? = nil,
            note: (@Sendable (_ operation: String, _ text: String) -> Void)? = nil
        ) {
            self.descendants = descendants
            self.niceness = niceness
            self.limits = limits
            self.note = note
        }
    }

    package let groups: ControlGroups
    private let entrance: String?
    package var options: Options

    /// - Parameters:
    ///   - groups: found out once at start and shared by all runners.
    ///   - entrance: absolute path of the executable `ServiceSupervisor`, which enters a control group (and lowers its
    ///     priority) before it becomes the command. Without it that is done to a child that runs already, and misses
    ///     what it forked in its first moments.
    package init(groups: ControlGroups = .detect(), entrance: String? = nil, options: Options = Options()) {
        self.groups = groups
        self.options = options
        self.entrance = entrance
    }

    package func run(
        _ request: ProcessRequest, output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) async -> ProcessResult {
        guard let wake = WakePipe(), let pipes = ChildPipes(withInput: !request.input.isEmpty) else {
            return ProcessResult(end: .notStarted(code: EMFILE, reason: "the daemon has no file descriptors left"))
        }
        // The library ends its child when the task that runs it is cancelled. That end is ours to make: the whole tree,
        // in order, so the library gets a task of its own that nobody cancels.
        let task = Task.detached { await launch(request, pipes: pipes, wake: wake, output: output) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            wake.wake()
        }
    }

    private func launch(
        _ request: ProcessRequest, pipes: ChildPipes, wake: WakePipe,
        output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) async -> ProcessResult {
        let started = Clock.milliseconds
        let (group, shortfall) = groups.make(request.operation, limits: options.limits)
        defer { group?.remove() }
        if let shortfall { options.note?(request.operation, shortfall) }
        let configuration: Configuration
        do throws(StartFailure) {
            configuration = try self.configuration(request, group)
        } catch {
            pipes.closeAllEnds()
            return ProcessResult(end: .notStarted(code: error.code, reason: error.reason))
        }
        do {
            let result = try await Subprocess.run(
                configuration,
                input: FileDescriptorInput.fileDescriptor(
                    FileDescriptor(rawValue: pipes.inputRead ?? Self.emptyInput()), closeAfterSpawningProcess: true),
                output: .fileDescriptor(
                    FileDescriptor(rawValue: pipes.outputWrite), closeAfterSpawningProcess: true),
                error: .fileDescriptor(FileDescriptor(rawValue: pipes.errorWrite), closeAfterSpawningProcess: true)
            ) { execution in
                await follow(
                    execution.processIdentifier, group: group, request: request, pipes: pipes, wake: wake,
                    deadline: started + Int(request.timeout.wholeMilliseconds), output: output)
            }
            return finish(result.closureResult, result.terminationStatus, request, since: started)
        } catch let error as SubprocessError {
            pipes.closeOwnEnds()
            let failure = StartFailure(
                error, command: request.arguments[0], file: absolute(executable(request) ?? "", request), directory: request.directory)
            return ProcessResult(end: .notStarted(code: failure.code, reason: failure.reason))
        } catch {
            pipes.closeOwnEnds()
            return ProcessResult(end: .notStarted(code: EIO, reason: "\(error)"))
        }
    }

    private func follow(
        _ process: ProcessIdentifier, group: ControlGroup?, request: ProcessRequest, pipes: ChildPipes,
        wake: WakePipe, deadline: Int,
        output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) async -> ChildLoop.Report {
        let pid = process.value
        if entrance == nil { group?.adopt(pid) }
        if options.niceness > 0, entrance == nil { setpriority(.init(Self.byGroup), id_t(pid), Int32(options.niceness)) }
        #if os(Linux)
            let descriptor = process.processDescriptor
        #else
            let descriptor: Int32 = -1
        #endif
        let tree = ProcessTree(leader: pid, marker: "\(Self.marker)=\(request.operation)")
        let options = options
        return await DedicatedThread.run {
            var loop = ChildLoop(
                tree: ChildTree(processes: tree, group: group), processDescriptor: descriptor, wake: wake,
                deadline: deadline, options: options, request: request, pipes: pipes, output: output)
            return loop.run()
        }
    }

    private func finish(
        _ report: ChildLoop.Report, _ status: TerminationStatus, _ request: ProcessRequest, since started: Int
    ) -> ProcessResult {
        if report.leftovers > 0, report.ending == .byItself {
            options.note?(
                request.operation,
                "'\(request.arguments[0])' ended and left \(report.leftovers) process(es) behind; they were ended")
        }
        if report.survivors > 0 {
            options.note?(
                request.operation,
                "\(report.survivors) process(es) of '\(request.arguments[0])' hang in the kernel and outlive SIGKILL")
        }
        if report.outOfMemoryKills > 0 {
            options.note?(
                request.operation, "'\(request.arguments[0])' needed more memory than it may take; raise the limit")
        }
        let end: ProcessResult.End =
            switch report.ending {
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .byItself:
                switch status {
                case .exited(let code): .exited(code: code)
                case .signaled(let signal): .signalled(signal)
                }
            }
        return ProcessResult(
            end: end, duration: .milliseconds(Clock.milliseconds - started), standardOutput: report.standardOutput,
            standardError: report.standardError, isOutputCut: report.isOutputCut, isErrorCut: report.isErrorCut)
    }

    /// The variable of the environment that every descendant of a command inherits.
    package static let marker = "DEPLOYER_OPERATION"

    private func configuration(_ request: ProcessRequest, _ group: ControlGroup?) throws(StartFailure) -> Configuration {
        guard let name = request.arguments.first, !name.isEmpty else {
            throw StartFailure(code: EINVAL, reason: "the command is empty")
        }
        guard let file = executable(request) else {
            throw StartFailure(code: ENOENT, reason: "'\(name)' was not found in PATH")
        }
        for text in request.arguments where text.utf8.contains(0) {
            throw StartFailure(code: EINVAL, reason: "an argument of '\(name)' holds a zero byte")
        }
        var environment = request.environment
        environment[Self.marker] = request.operation
        var platform = PlatformOptions()
        platform.createSession = true
        var program = file
        var arguments = request.arguments
        if let entrance, group != nil || options.niceness > 0 {
            // What the entrance would find out too late to say so.
            guard access(absolute(file, request), X_OK) == 0, !Files.isFolder(absolute(file, request)) else {
                let code = access(absolute(file, request), F_OK) == 0 ? EACCES : errno
                throw StartFailure(code: code, reason: "'\(name)': \(Files.text(of: code))")
            }
            program = entrance
            arguments = [entrance, "exec", "\(options.niceness)"] + (group?.folders ?? []) + ["--", file] + arguments
        }
        return Configuration(
            executable: .path(FilePath(program)),
            arguments: Arguments(executablePathOverride: arguments[0], remainingValues: Array(arguments.dropFirst())),
            environment: .custom(environment.map { Array("\($0.key)=\($0.value)".utf8) }),
            workingDirectory: FilePath(request.directory), platformOptions: platform)
    }

    private func executable(_ request: ProcessRequest) -> String? {
        let path = request.environment["PATH"] ?? getenv("PATH").map { String(cString: $0) }
        guard let name = request.arguments.first,
            let file = SpawnedProcess.resolve(name, path: path)
        else { return nil }
        return file
    }

    private func absolute(_ file: String, _ request: ProcessRequest) -> String {
        file.hasPrefix("/") ? file : "\(request.directory)/\(file)"
    }

    private static func emptyInput() -> Int32 { Files.open("/dev/null", O_RDONLY) ?? -1 }

    #if canImport(Glibc)
        private static let byGroup = PRIO_PGRP.rawValue
    #else
        private static let byGroup = PRIO_PGRP
    #endif
}
