package import PluginKit

/// How a command ended.
package struct CommandEnd: Sendable, Hashable {
    package var succeeded: Bool
    /// For people: `ended with exit code 1`.
    package var message: String
    /// What it printed, both streams.
    package var output: String
    package init(succeeded: Bool, message: String, output: String) {
        self.succeeded = succeeded
        self.message = message
        self.output = output
    }
}

/// An HTTP answer, whatever its status.
package struct GatewayAnswer: Sendable, Hashable {
    package var status: Int
    package var body: [UInt8]
    /// Seconds of `Retry-After`.
    package var retryAfter: Int?
    package init(status: Int, body: [UInt8], retryAfter: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }
    package var json: PluginJSON? { try? PluginJSON(parsing: body) }
    package var text: String { String(decoding: body, as: UTF8.self) }
    /// How it begins, for people: it may be any megabytes long.
    package var head: String { String(decoding: body.prefix(4096), as: UTF8.self) }
}

/// Why there was no answer.
package struct NoAnswer: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// Nobody listens, silence, a reset.
        case unreachable
        /// A reference leads nowhere.
        case secret
        case cancelled
        /// The host does not send such a request.
        case refused
    }
    package var kind: Kind
    package var description: String
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// What the stages need of the world, so that they can be run without a daemon. `PluginKongHost` is the real one.
package protocol KongHost {
    func log(_ text: String, level: PluginLog.Level)
    func report(_ diagnostic: PluginDiagnostic)
    func progress(_ share: Double?, _ message: String)
    func output(_ key: String, _ value: String)
    func checkpoint(_ state: [UInt8])
    func plan(_ changes: [PlanChange])

    func send(_ call: HTTPCall) throws(NoAnswer) -> GatewayAnswer
    /// Runs a command to its end; that it failed is a result.
    func run(_ command: ProcessCommand) throws(NoAnswer) -> CommandEnd
    func hasSecret(_ reference: String) -> Bool

    var isCancelled: Bool { get }
    /// Until the stage is killed.
    var timeLeft: Duration { get }
    /// Waits, at most until the stage is cancelled.
    func pause(_ duration: Duration)
}

extension KongHost {
    package func log(_ text: String) { log(text, level: .info) }
    package func report(_ findings: [Finding], in file: String) {
        for finding in findings { report(finding.diagnostic(in: file)) }
    }
}
