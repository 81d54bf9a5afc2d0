package import Model

/// One exchange with a coder, kept whole: what was sent, what came back, what was made of it. Secrets are masked, and the
/// key, which stands in a header, is no part of it.
package struct CoderExchange: Sendable, Codable, Hashable {
    package var at: Timestamp
    package var service: ServiceName
    package var failure: String
    package var attempt: Int
    /// `POST https://…/v1/responses`, or the command line.
    package var target: String
    package var sent: String
    /// Of HTTP, or of the command; nil where there is none.
    package var status: Int?
    package var received: String
    package var usage: TokenUsage
    /// In millionths; nil where the model has no price.
    package var cost: Int?
    package var duration: DurationMicroseconds
    /// What came of it, in a sentence.
    package var judgement: String

    package init(
        at: Timestamp, request: CoderRequest, target: String, sent: String, status: Int? = nil, received: String = "",
        usage: TokenUsage = TokenUsage(), cost: Int? = nil, duration: Duration = .zero, judgement: String = ""
    ) {
        self.at = at
        service = request.service
        failure = request.failure
        attempt = request.attempt
        self.target = target
        self.sent = sent
        self.status = status
        self.received = received
        self.usage = usage
        self.cost = cost
        self.duration = DurationMicroseconds(duration)
        self.judgement = judgement
    }
}

/// Keeps exchanges, in the history. It never fails a repair: what cannot be kept is the recorder's own to report.
package protocol CoderRecorder: Sendable {
    func record(_ exchange: CoderExchange) async
}
