import Model
import Subprocess
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs commands as children of the daemon, each in a session (and, where possible, a control group) of its own, and
/// ends each with its whole tree.
///
/// swift-subprocess spawns, closes every other descriptor in the child, watches a process descriptor and reaps. What it
/// does not do is done here: finding descendants that left the session, output at the speed of the pipe in constant
/// memory (its own sequences allocate per buffer and hop through the cooperative pool), and an end that waits for the
/// tree and not for the first process.
///
/// How a tree is known whole, best first: a control group that the command entered before it did anything; a guard, a
/// subreaper between the daemon and the command; or, without the executable that does both, a search of the process
/// table by session, parentage and a marker in the environment. The daemon is no subreaper itself: the orphans of all
/// commands would gather with it, no longer to be told apart, and it would reap what swift-subprocess waits for.
package struct ProcessRunner: ProcessService {
    /// What becomes of processes that a command leaves behind when it ends by itself.
    package enum Descendants: Sendable, Hashable {
        case ended
        /// For an operator's own script that starts a service in the background. A timeout still ends everything that
        /// the process table shows. There is neither control group nor limit.
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
    let entrance: String?
    package var options: Options

    /// - Parameters:
    ///   - groups: found out once at start and shared by all runners.
    ///   - entrance: absolute path of the executable `ServiceSupervisor`, which enters the control group or guards the
    ///     command. Without it a child is moved into its group when it runs already, and may have forked before.
    package init(groups: ControlGroups = .detect(), entrance: String? = nil, options: Options = Options()) {
        self.groups = groups
        self.options = options
        self.entrance = entrance
    }

    /// How children are ended here, for the log.
    package var summary: String {
        if let base = groups.base { return "commands are ended by control groups below '\(base)'" }
        let reason = groups.obstacle ?? "no control groups"
        return entrance == nil
            ? "commands are ended by session, parentage and environment marker (\(reason))"
            : "commands are ended by a guard each (\(reason))"
    }

    package func run(
        _ request: ProcessRequest, output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) async -> ProcessResult {
        guard let wake = WakePipe(), let pipes = pipes(request) else {
            return ProcessResult(end: .notStarted(code: EMFILE, reason: "the daemon has no file descriptors left"))
        }
        let command = CommandRun(runner: self, request: request, pipes: pipes, wake: wake, output: output)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = SingleAnswer(continuation)
                // The library ends its child when the task that runs it is cancelled. That end is ours to make: the
                // whole tree, in order, so the library gets a task of its own that nobody cancels.
                Task.detached { answer.give(await command.launch(answer)) }
            }
        } onCancel: {
            wake.wake()
        }
    }

    private func pipes(_ request: ProcessRequest) -> ChildPipes? {
        if let file = request.outputFile {
            if let pipes = ChildPipes(file: file, withInput: !request.input.isEmpty) { return pipes }
            options.note?(request.operation, "'\(file)' cannot be written: \(Files.lastError)")
        }
        return ChildPipes(withInput: !request.input.isEmpty)
    }

    // MARK: what a killed daemon leaves

    /// The variable of the environment that tells every descendant of a command what it runs for.
    package static let marker = "DEPLOYER_OPERATION"
    /// The variable by which escaped descendants are found: `<daemon's pid>.<its start>.<number>`. One operation may
    /// run several commands at a time, and the end of one must not be that of the others.
    static let commandMarker = "DEPLOYER_COMMAND"
    static let keptSuffix = ".kept"

    /// Ends what commands of a daemon that is no more have left running; for the start of the next one. What a restart
    /// script started in the background stays.
    ///
    /// - Returns: how many processes were ended.
    package static func endAbandoned() async -> Int {
        await DedicatedThread.run {
            var ended = 0
            for entry in ProcessTable.all() where !entry.isZombie && entry.pid != getpid() {
                guard let value = ProcessTable.variable(commandMarker, of: entry.pid), !value.hasSuffix(keptSuffix)
                else { continue }
                let parts = value.split(separator: ".")
                guard parts.count == 3, let owner = Int32(parts[0]), let start = UInt64(parts[1]),
                    ProcessTable.entry(owner)?.startTime != start, ProcessTable.sharesNumbers(entry.pid)
                else { continue }
                if ProcessTable.signal(entry, SIGKILL) { ended += 1 }
            }
            return ended
        }
    }
}
