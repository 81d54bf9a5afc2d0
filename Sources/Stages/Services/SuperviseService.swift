package import Model

/// Keeps long-lived services running, also across restarts of the daemon: the implementation behind `supervise/1`.
package protocol SuperviseService: Sendable {
    /// Starts the service, or replaces the one that runs under the same name (SIGTERM, grace, SIGKILL, start).
    ///
    /// - Throws: `Failure` when its process could not be started; a process that starts and dies later is no error here
    ///   but a state of its own.
    func start(_ spec: SupervisedSpec) async throws(Failure) -> SupervisedStatus

    /// Stops the service and keeps it stopped; does nothing when it does not run.
    /// - Parameter grace: from SIGTERM to SIGKILL; nil takes the one it was started with.
    func stop(_ name: SupervisedName, grace: Duration?) async throws(Failure) -> SupervisedStatus

    /// Answers `.unknown` for a name that was never started here.
    func status(_ name: SupervisedName) async throws(Failure) -> SupervisedStatus
}

/// A supervised process: the service itself, or one of its several parts.
package struct SupervisedName: Hashable, Sendable, CustomStringConvertible {
    package var service: ServiceName
    /// Empty for the service itself, else `[A-Za-z0-9_-]{1,32}`.
    package var part: String

    package init(_ service: ServiceName, part: String = "") {
        self.service = service
        self.part = part
    }

    /// One path component: `gateway+kong`, or `gateway+kong@worker` (`@` is in no service name).
    package var fileName: String { part.isEmpty ? service.fileName : "\(service.fileName)@\(part)" }
    package var description: String { part.isEmpty ? service.text : "\(service.text)@\(part)" }
}

/// What to run and keep running.
package struct SupervisedSpec: Sendable, Hashable {
    package var name: SupervisedName
    /// argv, no shell; the first is absolute.
    package var arguments: [String]
    package var directory: String
    /// The whole environment, secrets in place.
    package var environment: [String: String]
    /// From SIGTERM to SIGKILL.
    package var grace: Duration

    package init(
        name: SupervisedName, arguments: [String], directory: String, environment: [String: String],
        grace: Duration = .seconds(10)
    ) {
        self.name = name
        self.arguments = arguments
        self.directory = directory
        self.environment = environment
        self.grace = grace
    }
}

/// What a supervised process is doing.
package struct SupervisedStatus: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// Never started here.
        case unknown
        /// Stopped on demand.
        case stopped
        case running
        /// It died; it is started again after a pause.
        case backoff
    }
    package var state: State
    package var pid: Int32?
    /// Restarts since it was started or replaced.
    package var restarts: Int
    /// Exit code of its last end, or the signal negated; nil when it has not ended yet.
    package var lastExit: Int32?
    /// When its present process began.
    package var startedAt: Timestamp?
    /// For people.
    package var message: String
    /// Where its output goes.
    package var logPath: String?

    package init(
        state: State, pid: Int32? = nil, restarts: Int = 0, lastExit: Int32? = nil, startedAt: Timestamp? = nil,
        message: String = "", logPath: String? = nil
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
