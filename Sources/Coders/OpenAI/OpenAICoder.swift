package import Model
package import Net
package import Stages

/// Asks a model over HTTP: the Responses API, or chat completions where the server has no other.
package final class OpenAICoder: Coder {
    let options: OpenAIOptions
    let prompts: PromptOptions
    let transport: HTTPTransport
    let gate: BudgetGate
    let masker: SecretMasker
    let recorder: (any CoderRecorder)?
    let clock: @Sendable () -> Timestamp
    let sleep: @Sendable (Duration) async throws -> Void
    private let servers: KnownServers
    /// Models of one server may understand different requests.
    private var server: String { "\(options.base) \(options.model)" }

    /// Refusals that are answered by another form of the request, in a row.
    private static let mostForms = 8

    /// - Parameters:
    ///   - servers: what is known of them; shared by those that are made one after the other.
    ///   - masker: hides secrets in everything that is sent, kept and shown; learns the key.
    ///   - clock, sleep: for tests.
    package init(
        _ options: OpenAIOptions, prompts: PromptOptions = PromptOptions(), transport: HTTPTransport, gate: BudgetGate,
        masker: SecretMasker, recorder: (any CoderRecorder)? = nil, servers: KnownServers = KnownServers(),
        clock: @escaping @Sendable () -> Timestamp = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.options = options
        self.prompts = prompts
        self.transport = transport
        self.gate = gate
        self.masker = masker
        self.recorder = recorder
        self.servers = servers
        self.clock = clock
        self.sleep = sleep
        if let key = options.key { masker.register(key) }
    }

    /// What is known of the server so far.
    package var knownTraits: ServerTraits { servers.traits(of: server) }

    package func propose(_ request: CoderRequest, progress: @escaping @Sendable (String) -> Void)
        async throws(CoderFailure) -> CoderProposal
    {
        var prompts = prompts
        var shrinks = 0
        for _ in 0..<Self.mostForms {
            let traits = knownTraits
            let prompt = PromptBuilder(prompts) { [masker] in masker.mask($0) }.prompt(for: request, way: .answer)
            let body = RequestBody(
                options: options, traits: traits, prompt: prompt, wantsChangelog: prompts.wantsChangelog)
            progress("asking \(options.model) (\(traits.interface.rawValue), some \(prompt.tokens) tokens)")
            let call = OpenAICall(coder: self, request: request, traits: traits, prompt: prompt)
            switch try await call.run(JSONText.encode(body.document), progress) {
            case .answer(let document, let spent):
                return proposal(document, spent)
            case .refused(let error):
                if error.isTooLong, shrinks < 3, prompts.tokens > 1000 {
                    shrinks += 1
                    prompts.tokens /= 2
                    progress("the prompt is too long for the model; half of it is sent")
                } else if !learn(from: error, traits) {
                    forget(after: error)
                    throw Self.judged(error, options)
                } else {
                    progress("the server does not take that form (\(error.spoken)); another one is tried")
                }
            }
        }
        throw CoderFailure(
            .setup, .coderRequest, "the server refuses every form of the request",
            remedy: "Check that OPENAI_BASE_URL names an OpenAI-compatible server.")
    }

    private func proposal(_ document: AnswerDocument, _ usage: TokenUsage) -> CoderProposal {
        CoderProposal(
            change: .patches(document.patches), message: CoderMessage.cleaned(document.description),
            changelog: document.changelog.flatMap(ChangelogEntry.line), notes: document.notes, usage: usage)
    }

    /// Two requests may learn the same at a time; what is known already is not learned twice.
    private func learn(from error: APIError, _ used: ServerTraits) -> Bool {
        servers.update(server) { known in
            if known != used { return true }
            return known.learn(from: error) || known.fallBack(from: error)
        }
    }

    /// A server that has neither interface may be a proxy without a server behind it: what it lacks today it may have tomorrow.
    private func forget(after error: APIError) {
        guard [404, 405, 501].contains(error.status), !error.isAboutModel else { return }
        servers.update(server) { $0 = ServerTraits() }
    }

    /// What a refusal means that no other form of the request would avoid.
    static func judged(_ error: APIError, _ options: OpenAIOptions) -> CoderFailure {
        switch error.status {
        case _ where error.isAboutMoney:
            CoderFailure(
                .setup, .coderQuota, "the provider's account is used up: \(error.spoken)",
                remedy: "See to its balance or its limits; asking again changes nothing.")
        case 401, 403:
            CoderFailure(
                .setup, .coderAuth, "the server does not take the key: \(error.spoken)",
                remedy: options.key == nil ? "Set OPENAI_API_KEY." : "Check OPENAI_API_KEY and what it may do.")
        case _ where error.isAboutModel:
            CoderFailure(
                .setup, .coderModel, "the server has no model '\(options.model)': \(error.spoken)",
                remedy: "Check the model's name and what the key may use.")
        case _ where error.isTooLong:
            CoderFailure(
                .setup, .coderTooLong, "the prompt is too long for the model: \(error.spoken)",
                remedy: "Use a model with a larger context, or let less be sent.")
        case 404, 405, 501:
            CoderFailure(
                .setup, .coderRequest, "the server has neither /responses nor /chat/completions: \(error.spoken)",
                remedy: "Check OPENAI_BASE_URL; it mostly ends in /v1.")
        case 300..<400:
            CoderFailure(
                .setup, .coderRequest, "the server wants to be asked elsewhere: \(error.spoken)",
                remedy: "Set OPENAI_BASE_URL to that address, if it is the one meant; redirects are not followed.")
        default:
            CoderFailure(
                .setup, .coderRequest, "the server does not understand the request: \(error.spoken)",
                remedy: "Check that OPENAI_BASE_URL names an OpenAI-compatible server, and the model's name.")
        }
    }
}
