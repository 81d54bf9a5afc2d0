package import Model

/// Why there is no proposal, and what that means for the loop.
package struct CoderFailure: Error, Sendable, Codable, Hashable, CustomStringConvertible {
    package enum Meaning: Sendable, Codable, Hashable {
        /// It answered, and the answer is of no use: an attempt is used up, and the next one is told why.
        case badAnswer
        /// Nobody answered: no attempt is used up. Nil: nobody said when to come back.
        case away(until: Timestamp?)
        /// The budget is used up. Nil: for this failure, for good.
        case spent(until: Timestamp?)
        /// The operator has to change something.
        case setup
    }

    package var meaning: Meaning
    package var failure: Failure

    package init(
        _ meaning: Meaning, _ code: Failure.Code, _ message: String, remedy: String? = nil, cause: String? = nil
    ) {
        self.meaning = meaning
        let scheduling: Failure.Scheduling =
            switch meaning {
            case .away: .retry
            case .spent(let until): until == nil ? .stop : .retry
            case .badAnswer, .setup: .stop
            }
        failure = Failure(code, message, remedy: remedy, cause: cause, scheduling: scheduling)
    }

    package var description: String { failure.description }
}

extension Failure.Code {
    /// The model declines to answer.
    package static let coderRefusal = Failure.Code("coder.refusal")
    /// It says that it cannot mend this.
    package static let coderDeclined = Failure.Code("coder.declined")
    package static let coderToolCall = Failure.Code("coder.tool-call")
    /// The answer ends in its middle.
    package static let coderTruncated = Failure.Code("coder.truncated")
    package static let coderFiltered = Failure.Code("coder.filtered")
    package static let coderEmpty = Failure.Code("coder.empty")
    package static let coderNotJSON = Failure.Code("coder.not-json")
    /// JSON, but not what was asked for.
    package static let coderSchema = Failure.Code("coder.schema")
    package static let coderAuth = Failure.Code("coder.auth")
    package static let coderModel = Failure.Code("coder.model")
    /// The provider's own limit on money.
    package static let coderQuota = Failure.Code("coder.quota")
    package static let coderRateLimit = Failure.Code("coder.rate-limit")
    package static let coderServer = Failure.Code("coder.server")
    /// The request was not understood.
    package static let coderRequest = Failure.Code("coder.request")
    package static let coderTooLong = Failure.Code("coder.too-long")
    package static let coderBudget = Failure.Code("coder.budget")
    package static let coderLedger = Failure.Code("coder.ledger")
    package static let coderSandbox = Failure.Code("coder.sandbox")
    package static let coderCommand = Failure.Code("coder.command")
    package static let coderTimeout = Failure.Code("coder.timeout")
    package static let coderCancelled = Failure.Code("coder.cancelled")
    package static let coderUnchanged = Failure.Code("coder.unchanged")
}
