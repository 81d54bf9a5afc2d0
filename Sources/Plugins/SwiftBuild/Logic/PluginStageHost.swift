import Diagnostics
package import Model
package import PluginKit

/// The deployer itself, through PluginKit.
package struct PluginStageHost: StageHost {
    private let context: StageContext
    package init(_ context: StageContext) { self.context = context }

    package func log(_ text: String, level: PluginLog.Level) { context.log(text, level: level) }
    package func report(_ diagnostic: Diagnostic) { context.diagnostic(PluginDiagnostic(diagnostic)) }
    package func progress(_ share: Double?, _ message: String) { context.progress(share, message) }
    package func output(_ key: String, _ value: String) { context.output(key, value) }
    package func plan(_ changes: [PlanChange]) { context.plan(changes) }
    package func checkpoint(_ state: [UInt8]) { context.checkpoint(state) }

    package func run(
        _ command: ProcessCommand, onOutput: ((LogLine.Stream, [UInt8]) -> Void)?
    ) throws -> ToolEnd {
        let receive = onOutput.map { onOutput in
            { (stream: ProcessHost.Stream, chunk: UnsafeBufferPointer<UInt8>) in
                onOutput(stream == .standardError ? .stderr : .stdout, Array(chunk))
            }
        }
        let end = try context.process.run(command, onOutput: receive)
        let outcome: ToolEnd.Outcome =
            switch end.outcome {
            case .exited(let code): .ended(.exited(code: code))
            case .signalled(let number): .ended(.signalled(number: number))
            case .timedOut: .ended(.timedOut)
            case .cancelled: .cancelled
            case .notStarted(let code): .notStarted(code)
            }
        return ToolEnd(outcome, message: end.message, output: end.output)
    }

    package func start(_ process: SupervisedProcess) throws -> ServiceCondition {
        ServiceCondition(try context.supervise.start(process))
    }
    package func stop(grace: Duration) throws -> ServiceCondition {
        ServiceCondition(try context.supervise.stop(grace: grace))
    }
    package func condition() throws -> ServiceCondition { ServiceCondition(try context.supervise.status()) }

    package var isCancelled: Bool { context.isCancelled }
    package var timeLeft: Duration { context.timeLeft }
    package var now: Timestamp { .now }

    package func pause(_ duration: Duration) { context.pause(for: duration) }
}

extension ServiceCondition {
    package init(_ state: SupervisedState) {
        self.init(
            state: state.state, pid: state.pid, restarts: state.restarts, lastExit: state.lastExit,
            startedAt: state.startedMilliseconds.map { Timestamp(microseconds: Int64(clamping: $0) * 1000) },
            message: state.message, logPath: state.logPath)
    }
}

extension PluginDiagnostic {
    package init(_ diagnostic: Diagnostic) {
        let severity: Severity =
            switch diagnostic.severity {
            case .note: .note
            case .remark: .remark
            case .warning: .warning
            case .error: .error
            case .fatal: .fatal
            }
        self.init(
            severity, code: diagnostic.code, summary: diagnostic.message, at: diagnostic.location.map(Location.init))
        group = diagnostic.group
        detail = diagnostic.detail
        notes = diagnostic.notes.map { Note($0.message, at: $0.location.map(Location.init)) }
        fixIts = diagnostic.fixIts.map {
            FixIt(
                file: $0.file, startLine: $0.startLine, startColumn: $0.startColumn, endLine: $0.endLine,
                endColumn: $0.endColumn, replacement: $0.replacement)
        }
    }
}

extension PluginDiagnostic.Location {
    package init(_ location: FileLocation) {
        self.init(file: location.file, line: location.line, column: location.column)
    }
}
