package import Net

/// Where the model is, and how it is asked.
package struct OpenAIOptions: Sendable {
    package static let usualBase = "https://api.openai.com/v1"

    /// With the version in its path; a slash at the end does not matter.
    package var base: String
    /// Nil for servers of one's own that want none.
    package var key: String?
    package var model: String
    /// `low`, `medium`, `high` …; nil leaves it to the model.
    package var effort: String?
    /// Of one answer, what the model thinks included.
    package var outputTokens: Int
    /// For one request, from the first byte to the last of the answer.
    package var timeout: Duration
    /// How often a request is repeated that was refused for the moment or broke off.
    package var retries: Int
    /// The longest that is waited for a repetition; who is told to come back later than that does.
    package var patience: Duration
    /// Bytes of an answer.
    package var maximumBody: Int
    package var tls: HTTPTransport.TLS?

    package init(
        base: String = Self.usualBase, key: String? = nil, model: String, effort: String? = nil,
        outputTokens: Int = 16_000, timeout: Duration = .seconds(300), retries: Int = 2,
        patience: Duration = .seconds(60), maximumBody: Int = 8 << 20, tls: HTTPTransport.TLS? = nil
    ) {
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.key = key
        self.model = model
        self.effort = effort
        self.outputTokens = outputTokens
        self.timeout = timeout
        self.retries = retries
        self.patience = patience
        self.maximumBody = maximumBody
        self.tls = tls
    }
}
