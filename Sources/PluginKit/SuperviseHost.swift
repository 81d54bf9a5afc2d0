internal import PluginAPI

/// A long-lived process for the host to keep running, also across its own restarts.
public struct SupervisedProcess: Sendable {
    /// Empty: the service itself; else one of several parts, `[A-Za-z0-9_-]{1,32}`.
    public var part = ""
    /// argv, no shell; the first is absolute.
    public var arguments: [String]
    /// Absolute.
    public var directory: String
    public var environment: [String: String] = [:]
    public var secretEnvironment: [SecretValue] = []
    /// Names of the host's variables to pass on, as in `ProcessCommand`.
    public var inherit: [String] = []
    /// From SIGTERM to SIGKILL; nil is 10 s.
    public var grace: Duration?
    public init(_ arguments: [String], directory: String) {
        self.arguments = arguments
        self.directory = directory
    }
}

/// What a supervised process is doing.
public struct SupervisedState: Sendable, Hashable {
    public enum State: Int32, Sendable {
        /// Never started here.
        case unknown = 0
        /// Stopped on demand.
        case stopped = 1
        case running = 2
        /// It died and is started again later.
        case backoff = 3
    }
    public var state: State
    public var pid: Int32?
    public var restarts: Int
    /// Exit code of its last end, or the signal negated.
    public var lastExit: Int32
    /// Milliseconds since 1970 when its present process began.
    public var startedMilliseconds: UInt64?
    public var message: String
    public var logPath: String?
}

/// `supervise/1`.
public struct SuperviseHost: Sendable {
    private let host: HostCalls
    init(_ host: HostCalls) { self.host = host }

    /// Starts the process; one that runs is replaced (SIGTERM, grace, SIGKILL). Returns once it has been started.
    @discardableResult
    public func start(_ process: SupervisedProcess) throws(HostCallFailure) -> SupervisedState {
        guard let start = host.supervise?.start else { throw .init("supervise/1 start", code: 8) }
        let arena = Arena()
        var spec = deployer_service_spec()
        spec.size = UInt64(MemoryLayout<deployer_service_spec>.size)
        spec.part = arena.string(process.part)
        (spec.arguments, spec.argument_count) = arena.strings(process.arguments)
        spec.directory = arena.string(process.directory)
        (spec.environment, spec.environment_count) = arena.pairs(process.environment)
        (spec.secret_environment, spec.secret_environment_count) = arena.secrets(process.secretEnvironment)
        (spec.inherit, spec.inherit_count) = arena.strings(process.inherit)
        spec.grace_ms = process.grace.map(milliseconds) ?? 0
        return try answer("start") { context, receive in
            withExtendedLifetime(arena) { start(host.context, host.operation, &spec, context, receive) }
        }
    }

    /// Stops the process and keeps it stopped; fine also when it was not running.
    @discardableResult
    public func stop(part: String = "", grace: Duration? = nil) throws(HostCallFailure) -> SupervisedState {
        guard let stop = host.supervise?.stop else { throw .init("supervise/1 stop", code: 8) }
        let arena = Arena()
        return try answer("stop") { context, receive in
            stop(
                host.context, host.operation, arena.string(part), grace.map(milliseconds) ?? 0, context, receive)
        }
    }

    public func status(part: String = "") throws(HostCallFailure) -> SupervisedState {
        guard let status = host.supervise?.status else { throw .init("supervise/1 status", code: 8) }
        let arena = Arena()
        return try answer("status") { context, receive in
            status(host.context, host.operation, arena.string(part), context, receive)
        }
    }

    private typealias Receive =
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<deployer_service_status>?) -> Void

    private func answer(
        _ name: String, _ call: (UnsafeMutableRawPointer, Receive) -> Int32
    ) throws(HostCallFailure) -> SupervisedState {
        let pending = Pending()
        let code = withExtendedLifetime(pending) {
            call(Unmanaged.passUnretained(pending).toOpaque()) { context, status in
                guard let context, let status else { return }
                Unmanaged<Pending>.fromOpaque(context).takeUnretainedValue().state = SupervisedState(sized(status))
            }
        }
        guard code == DEPLOYER_CALL_OK, let state = pending.state else {
            throw .init("supervise/1 \(name)", code: code, message: pending.state?.message ?? "")
        }
        return state
    }

    private final class Pending { var state: SupervisedState? }
}

extension SupervisedState {
    fileprivate init(_ status: deployer_service_status) {
        state = State(rawValue: status.state) ?? .unknown
        pid = status.pid == 0 ? nil : status.pid
        restarts = Int(status.restarts)
        lastExit = status.last_exit
        startedMilliseconds = status.started_ms == 0 ? nil : status.started_ms
        message = String(status.message)
        logPath = status.log_path.length == 0 ? nil : String(status.log_path)
    }
}
