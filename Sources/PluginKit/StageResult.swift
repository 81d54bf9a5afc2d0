/// How a stage ended.
public struct StageResult: Sendable, Hashable {
    public enum Status: Int32, Sendable {
        case ok = 0
        /// What is there is already what was asked for.
        case noChange = 1
        case unsupported = 2
        case invalidConfig = 3
        /// Something it needs is not there: no Docker engine.
        case unavailable = 4
        /// May pass by itself.
        case retryable = 5
        case failed = 6
        case cancelled = 7
        case timedOut = 8
    }
    public var status: Status
    /// One sentence for people; empty lets the status speak.
    public var summary: String
    /// With `retryable`: wait at least this long; the host waits an hour at most.
    public var retryAfter: Duration?

    public init(_ status: Status, _ summary: String = "", retryAfter: Duration? = nil) {
        self.status = status
        self.summary = summary
        self.retryAfter = retryAfter
    }

    public static func ok(_ summary: String = "") -> StageResult { .init(.ok, summary) }
    public static func noChange(_ summary: String = "") -> StageResult { .init(.noChange, summary) }
    public static func unsupported(_ summary: String = "") -> StageResult { .init(.unsupported, summary) }
    public static func unavailable(_ summary: String) -> StageResult { .init(.unavailable, summary) }
    public static func retryable(_ summary: String, after delay: Duration? = nil) -> StageResult {
        .init(.retryable, summary, retryAfter: delay)
    }
    public static func failed(_ summary: String) -> StageResult { .init(.failed, summary) }
    public static func cancelled(_ summary: String = "") -> StageResult { .init(.cancelled, summary) }
    public static func timedOut(_ summary: String = "") -> StageResult { .init(.timedOut, summary) }
}

/// An error that ends a stage, with everything there is to say about it.
public struct PluginFailure: Error, Sendable {
    public var result: StageResult
    /// Reported before the stage ends.
    public var diagnostics: [PluginDiagnostic]
    public init(_ result: StageResult, diagnostics: [PluginDiagnostic] = []) {
        self.result = result
        self.diagnostics = diagnostics
    }
    /// A failure with one diagnostic that says the same: `PluginFailure("kong.sync", "the admin API answered 500")`.
    public init(_ code: String, _ summary: String, detail: String? = nil) {
        var diagnostic = PluginDiagnostic(.error, code: code, summary: summary)
        diagnostic.detail = detail
        self.init(.failed(summary), diagnostics: [diagnostic])
    }
}

/// A call of the host that did not do what was asked.
public struct HostCallFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Reason: Int32, Sendable {
        /// The operation is over.
        case refused = 1
        case invalid = 2
        case tooLarge = 3
        case denied = 4
        case notFound = 5
        case failed = 6
        case cancelled = 7
        /// The host does not offer it, or the manifest does not ask for it.
        case unsupported = 8
    }
    public var reason: Reason
    /// The host's service and function: `http/1 send`.
    public var call: String
    /// The host's own words, where it gave any.
    public var message: String
    public var description: String { message.isEmpty ? "\(call): \(reason)" : "\(call): \(message)" }

    init(_ call: String, code: Int32, message: String = "") {
        self.call = call
        reason = Reason(rawValue: code) ?? .failed
        self.message = message
    }
}
