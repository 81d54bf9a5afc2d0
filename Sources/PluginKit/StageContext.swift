internal import PluginAPI

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Everything a stage is told, and everything it can say and ask for. Usable from any thread until `run` returns.
public final class StageContext: Sendable {
    public let stage: PluginStage
    /// Names this run in logs.
    public let operation: String
    public let service: String
    public let kind: String
    /// The checked-out sources of the service; absolute; do not write here.
    public let sourceDirectory: String
    /// The plugin's own; kept between runs: build caches.
    public let scratchDirectory: String
    /// Where the service's releases lie; the plugin's own.
    public let releaseDirectory: String
    /// The commit: 40 or 64 hexadecimal digits.
    public let revision: String
    /// The commit deployed before.
    public let previousRevision: String?
    /// Relative to the source folder; nil when it is not known what changed.
    public let changedPaths: [String]?
    /// Variables the operator configured for the service itself.
    public let environment: [String: String]
    /// The checkpoint of the last successful deployment.
    public let state: [UInt8]?
    /// A patch is being tried: build and test only, touch nothing that is live.
    public let isVerification: Bool
    /// The operator's own script starts and stops the service, after this stage where that is needed: leave its processes
    /// alone, and do not expect to find them under `supervise`.
    public let isRestartedElsewhere: Bool

    public let log: PluginLog
    public let process: ProcessHost
    public let http: HTTPHost
    public let streams: HTTPStreamHost
    public let secrets: SecretHost
    public let supervise: SuperviseHost

    let host: HostCalls
    private let deadline: UInt64

    init(_ request: deployer_run_request, host: HostCalls) {
        self.host = host
        stage = PluginStage(rawValue: String(request.stage))
        operation = String(request.operation_id)
        service = String(request.service)
        kind = String(request.kind)
        sourceDirectory = String(request.source_directory)
        scratchDirectory = String(request.scratch_directory)
        releaseDirectory = String(request.release_directory)
        revision = String(request.revision)
        previousRevision = request.previous_revision.length == 0 ? nil : String(request.previous_revision)
        let flags = request.flags
        changedPaths =
            flags & DEPLOYER_RUN_CHANGES_KNOWN == 0
            ? nil : list(request.changed_paths, request.changed_path_count).map { String($0) }
        environment = Dictionary(
            list(request.environment, request.environment_count).map { (String($0.name), String($0.value)) },
            uniquingKeysWith: { _, last in last })
        state = flags & DEPLOYER_RUN_HAS_STATE == 0 ? nil : [UInt8](request.state)
        isVerification = flags & DEPLOYER_RUN_VERIFICATION != 0
        isRestartedElsewhere = flags & DEPLOYER_RUN_RESTARTED_ELSEWHERE != 0
        deadline = request.deadline_ns
        log = PluginLog(host)
        process = ProcessHost(host)
        http = HTTPHost(host)
        streams = HTTPStreamHost(host)
        secrets = SecretHost(host)
        supervise = SuperviseHost(host)
    }

    /// Reports a finding.
    public func diagnostic(_ diagnostic: PluginDiagnostic) { host.diagnostic(diagnostic) }

    /// How far it is: 0...1, or nil when unknown; and what it is at, for people.
    public func progress(_ share: Double?, _ message: String) {
        let hundredths = share.map { $0.isFinite ? Int32(min(max($0, 0), 1) * 10_000) : -1 } ?? -1
        Arena.with { host.progress(hundredths, $0.text(message)) }
    }

    /// A result by name; the last value of a key stands.
    ///
    /// - Returns: false when the host did not take it, which the log then says as well: a key of more than 128 bytes, a
    ///   value of more than 8 MiB.
    @discardableResult
    public func output(_ key: String, _ value: String) -> Bool {
        Arena.with { host.output($0.string(key), $0.string(value), key) }
    }

    /// The new state: kept when the deployment ends well, and handed to every later run as `state`.
    ///
    /// - Returns: false when the host did not take it, which is reported as well: more than 1 MiB.
    @discardableResult
    public func checkpoint(_ state: [UInt8]) -> Bool {
        Arena.with { host.checkpoint($0.bytes(state)) }
    }

    /// True once the stage is to end: return `.cancelled` within the grace period (5 s by default).
    public var isCancelled: Bool { host.isCancelled }

    /// A file descriptor that becomes readable once the stage is cancelled, for `poll`; nil when there is none.
    public var cancellationDescriptor: Int32? { host.cancellationDescriptor }

    /// Waits; not a moment longer once the stage is cancelled.
    public func pause(for duration: Duration) {
        let milliseconds = Int32(clamping: PluginKit.milliseconds(duration))
        guard let descriptor = cancellationDescriptor else {
            _ = poll(nil, 0, milliseconds)
            return
        }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, milliseconds)
    }

    /// Time until the worker is killed; never negative.
    public var timeLeft: Duration {
        let now = monotonicNanoseconds()
        return .nanoseconds(deadline > now ? Int64(clamping: deadline - now) : 0)
    }
}

/// Writes lines into the log of the operation.
public struct PluginLog: Sendable {
    public enum Level: Int32, Sendable { case debug, info, warning, error }
    /// Whose words a line repeats.
    public enum Stream: Int32, Sendable { case plugin, standardOutput, standardError }

    private let host: HostCalls
    init(_ host: HostCalls) { self.host = host }

    /// Writes one line; embedded line ends split it.
    public func callAsFunction(_ line: String, level: Level = .info, stream: Stream = .plugin) {
        Arena.with { host.log(stream.rawValue, level.rawValue, $0.string(line)) }
    }
}
