package import Diagnostics
package import Model
package import PluginKit

/// What a stage is told, already read and checked.
package struct StageCall: Sendable {
    package var operation: String
    package var service: String
    package var sourceDirectory: String
    package var scratchDirectory: String
    package var releaseDirectory: String
    package var revision: Revision
    package var previousRevision: Revision?
    /// What the operator configured for the service itself.
    package var environment: [String: String] = [:]
    package var state: [UInt8]?
    package var isVerification = false
    /// The operator's own script starts and stops the service.
    package var isRestartedElsewhere = false
    /// The sources come with a Package.resolved.
    package var isResolved = false

    package init(
        operation: String = "", service: String, sourceDirectory: String, scratchDirectory: String,
        releaseDirectory: String, revision: Revision
    ) {
        self.operation = operation
        self.service = service
        self.sourceDirectory = sourceDirectory
        self.scratchDirectory = scratchDirectory
        self.releaseDirectory = releaseDirectory
        self.revision = revision
    }

    package var store: ReleaseStore { ReleaseStore(directory: releaseDirectory) }
}

/// How a command ended.
package struct ToolEnd: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case ended(ToolTermination)
        case cancelled
        /// With errno, or 0.
        case notStarted(Int32)
    }
    package var outcome: Outcome
    /// For people, when it was not simply an exit.
    package var message: String
    /// Standard output, where the command asked for it.
    package var output: [UInt8]
    package init(_ outcome: Outcome, message: String = "", output: [UInt8] = []) {
        self.outcome = outcome
        self.message = message
        self.output = output
    }
    package var succeeded: Bool { outcome == .ended(.exited(code: 0)) }
}

/// The state of the supervised service.
package struct ServiceCondition: Sendable, Hashable {
    package var state: SupervisedState.State
    package var pid: Int32?
    package var restarts: Int
    /// Exit code of its last end, or the signal negated.
    package var lastExit: Int32
    package var startedAt: Timestamp?
    package var message: String
    package var logPath: String?
    package init(
        state: SupervisedState.State, pid: Int32? = nil, restarts: Int = 0, lastExit: Int32 = 0,
        startedAt: Timestamp? = nil, message: String = "", logPath: String? = nil
    ) {
        self.state = state
        self.pid = pid
        self.restarts = restarts
        self.lastExit = lastExit
        self.startedAt = startedAt
        self.message = message
        self.logPath = logPath
    }
}

/// What the stages need of the world, so that they can be run without one. `PluginStageHost` is the real one.
package protocol StageHost {
    func log(_ text: String, level: PluginLog.Level)
    func report(_ diagnostic: Diagnostic)
    func progress(_ share: Double?, _ message: String)
    func output(_ key: String, _ value: String)
    /// What a deployment would change; once, in the stage `plan`.
    func plan(_ changes: [PlanChange])
    func checkpoint(_ state: [UInt8])

    /// Runs a command to its end; a non-zero exit is a result.
    func run(_ command: ProcessCommand, onOutput: ((LogLine.Stream, [UInt8]) -> Void)?) throws -> ToolEnd
    func start(_ process: SupervisedProcess) throws -> ServiceCondition
    func stop(grace: Duration) throws -> ServiceCondition
    func condition() throws -> ServiceCondition

    var isCancelled: Bool { get }
    /// Until the stage is killed.
    var timeLeft: Duration { get }
    var now: Timestamp { get }
    /// Waits, at most until the stage is cancelled.
    func pause(_ duration: Duration)
}

extension StageHost {
    package func log(_ text: String) { log(text, level: .info) }
}
