internal import PluginAPI

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The host's side of one call: its sinks and services, read by the rules of growth.
///
/// Unchecked: the ABI lets every one of these functions be called from any thread until the call ends, and answers
/// "refused" afterwards.
final class HostCalls: @unchecked Sendable {
    private let table: deployer_host
    let process: deployer_process_v1?
    let http: deployer_http_v1?
    let stream: deployer_http_stream_v1?
    let secret: deployer_secret_v1?
    let supervise: deployer_supervise_v1?
    private let cancel: deployer_cancel_v1?
    private let reported = ErrorFlag()

    init(_ host: UnsafePointer<deployer_host>?) {
        let table = host.map { sized($0) } ?? deployer_host()
        self.table = table
        func service<Table: Sized>(_ id: String, _ type: Table.Type) -> Table? {
            Arena.with { arena in
                table.get_extension?(table.context, table.operation, arena.string(id)).map {
                    sized($0.assumingMemoryBound(to: type))
                }
            }
        }
        process = service("process/1", deployer_process_v1.self)
        http = service("http/1", deployer_http_v1.self)
        stream = service("http-stream/1", deployer_http_stream_v1.self)
        secret = service("secret/1", deployer_secret_v1.self)
        supervise = service("supervise/1", deployer_supervise_v1.self)
        cancel = service("cancel/1", deployer_cancel_v1.self)
    }

    var context: UnsafeMutableRawPointer? { table.context }
    var operation: UInt64 { table.operation }
    /// Whether a diagnostic of severity error or worse has been reported.
    var hasReportedError: Bool { reported.isSet }

    // What these answer is of no use to a plugin: a sink that refuses has nobody left who listens.
    func log(_ stream: Int32, _ level: Int32, _ line: deployer_string) {
        _ = table.log?(context, operation, stream, level, line)
    }
    func progress(_ share: Int32, _ message: deployer_string) {
        _ = table.progress?(context, operation, share, message)
    }
    func summary(_ text: String) { _ = Arena.with { table.summary?(context, operation, $0.text(text)) } }
    func retryAfter(_ delay: Duration) { _ = table.retry_after?(context, operation, milliseconds(delay)) }

    func detected(_ found: KindEvidence) {
        let arena = Arena()
        var detection = deployer_detection()
        detection.size = UInt64(MemoryLayout<deployer_detection>.size)
        detection.kind = arena.text(found.kind)
        detection.evidence = arena.text(found.evidence)
        detection.confidence = Int32(clamping: found.confidence)
        if found.isCompanion { detection.flags = DEPLOYER_DETECTION_COMPANION }
        withExtendedLifetime(arena) { _ = table.detected?(context, operation, &detection) }
    }

    var isCancelled: Bool { cancel?.is_cancelled.map { $0(context, operation) == 1 } ?? false }
    var cancellationDescriptor: Int32? {
        cancel?.descriptor.map { $0(context, operation) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Texts that are too long are cut. What is too much in all goes without its notes and fix-its: that there was an error
    /// is worth more than they.
    func diagnostic(_ diagnostic: PluginDiagnostic) {
        var code = send(diagnostic)
        if code == DEPLOYER_CALL_TOO_LARGE {
            var shorter = diagnostic
            shorter.notes = []
            shorter.fixIts = []
            code = send(shorter)
        }
        let isError = diagnostic.severity.rawValue >= PluginDiagnostic.Severity.error.rawValue
        if isError, code == DEPLOYER_CALL_OK { reported.set() }
    }

    private func send(_ diagnostic: PluginDiagnostic) -> Int32 {
        let arena = Arena()
        var value = arena.diagnostic(diagnostic)
        return withExtendedLifetime(arena) {
            table.diagnostic?(context, operation, &value) ?? DEPLOYER_CALL_REFUSED
        }
    }

    func output(_ key: deployer_string, _ value: deployer_string, _ name: String) -> Bool {
        let code = table.output?(context, operation, key, value) ?? DEPLOYER_CALL_REFUSED
        if code == DEPLOYER_CALL_TOO_LARGE {
            warn("the output '\(name.prefix(128))' is too large and not kept: \(value.length) bytes")
        }
        return code == DEPLOYER_CALL_OK
    }

    func checkpoint(_ state: deployer_bytes) -> Bool {
        let code = table.checkpoint?(context, operation, state) ?? DEPLOYER_CALL_REFUSED
        if code == DEPLOYER_CALL_TOO_LARGE {
            let text = "the checkpoint of \(state.length) bytes is too large and not kept; the one before stands"
            diagnostic(PluginDiagnostic(.warning, code: "plugin.checkpoint", summary: text))
        }
        return code == DEPLOYER_CALL_OK
    }

    private func warn(_ text: String) {
        Arena.with { log(DEPLOYER_STREAM_PLUGIN, DEPLOYER_LEVEL_WARNING, $0.text(text)) }
    }
}

/// A flag that goes up once. A plain word is enough: it is read after the plugin has joined its threads.
private final class ErrorFlag: @unchecked Sendable {
    private(set) var isSet = false
    func set() { isSet = true }
}

/// CLOCK_MONOTONIC, the clock of deadlines.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Whole milliseconds, at least 1: in the ABI 0 means "not given".
func milliseconds(_ duration: Duration) -> UInt64 {
    let (seconds, attoseconds) = duration.components
    let whole = seconds.multipliedReportingOverflow(by: 1000)
    guard !whole.overflow else { return UInt64(Int64.max) }
    return UInt64(max(1, whole.partialValue + attoseconds / 1_000_000_000_000_000))
}
