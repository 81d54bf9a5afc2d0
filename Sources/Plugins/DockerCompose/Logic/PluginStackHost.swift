package import PluginKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The deployer itself, through PluginKit.
package struct PluginStackHost: StackHost {
    private let context: StageContext
    package init(_ context: StageContext) { self.context = context }

    package func log(_ text: String, level: PluginLog.Level) { context.log(text, level: level) }
    package func report(_ diagnostic: PluginDiagnostic) { context.diagnostic(diagnostic) }
    package func progress(_ share: Double?, _ message: String) { context.progress(share, message) }
    package func output(_ key: String, _ value: String) { context.output(key, value) }
    package func checkpoint(_ state: [UInt8]) { context.checkpoint(state) }
    package func plan(_ changes: [PlanChange]) { context.plan(changes) }

    package func run(
        _ command: ProcessCommand, onOutput: ((ProcessHost.Stream, [UInt8]) -> Void)?
    ) throws -> CommandEnd {
        let receive = onOutput.map { onOutput in
            { (stream: ProcessHost.Stream, chunk: UnsafeBufferPointer<UInt8>) in onOutput(stream, Array(chunk)) }
        }
        let end = try context.process.run(command, onOutput: receive)
        let outcome: CommandEnd.Outcome =
            switch end.outcome {
            case .exited(let code): .exited(code)
            case .signalled(let number): .signalled(number)
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .notStarted(let code): .notStarted(code)
            }
        return CommandEnd(outcome, message: end.message, output: end.output, error: end.error)
    }

    package var isCancelled: Bool { context.isCancelled }
    package var timeLeft: Duration { context.timeLeft }
    package var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    package func pause(_ duration: Duration) { context.pause(for: duration) }
}
