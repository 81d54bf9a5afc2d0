import Model
import Net
import Stages

/// One question to the server, repeated while it is refused for the moment.
struct OpenAICall {
    enum Outcome {
        case answer(AnswerDocument, TokenUsage)
        /// With a status that repeating does not change.
        case refused(APIError)
    }
    /// How one request ended.
    private enum Round {
        case done(Outcome)
        case failed(CoderFailure)
        /// After so long, if there is patience and a retry left; else the failure.
        case again(Duration?, CoderFailure)
    }

    let coder: OpenAICoder
    let request: CoderRequest
    let traits: ServerTraits
    let prompt: CoderPrompt

    private var options: OpenAIOptions { coder.options }
    private var url: String { options.base + traits.interface.path }

    func run(_ body: String, _ progress: @Sendable (String) -> Void) async throws(CoderFailure) -> Outcome {
        var failures = 0
        while true {
            switch try await send(body) {
            case .done(let outcome): return outcome
            case .failed(let failure): throw failure
            case .again(let told, var failure):
                let pause = told ?? RetryTime.own(after: failures)
                guard failures < options.retries, pause <= options.patience else {
                    if let told { failure.meaning = .away(until: coder.clock().advanced(by: told)) }
                    throw failure
                }
                failures += 1
                progress("\(failure.failure.message); asking again in \(pause.spoken)")
                do { try await coder.sleep(pause) } catch { throw Self.cancelled }
            }
        }
    }

    private func send(_ body: String) async throws(CoderFailure) -> Round {
        let most = TokenUsage(input: prompt.tokens, output: options.outputTokens, isEstimated: true)
        let began = coder.clock()
        let entry = try await coder.gate.open(request, model: options.model, most: most, at: began)
        var exchange = CoderExchange(at: began, request: request, target: "POST \(url)", sent: coder.masker.mask(body))
        let round: Round
        var usage: TokenUsage?
        do throws(Failure) {
            let response = try await coder.transport.send(message(body))
            let text = response.text
            exchange.status = response.status
            exchange.received = coder.masker.mask(text)
            (round, usage) = judge(response, text)
        } catch {
            (round, usage) = (Self.unanswered(error), Self.usage(after: error))
        }
        let settled = try await coder.gate.settle(entry, usage)
        exchange.usage = settled.usage
        exchange.cost = settled.cost
        exchange.duration = DurationMicroseconds(coder.clock() - began)
        exchange.judgement = Self.sentence(round)
        await coder.recorder?.record(exchange)
        return round
    }

    private func message(_ body: String) -> HTTPTransport.Request {
        var headers = [
            HTTPTransport.Header("Content-Type", "application/json"),
            HTTPTransport.Header("Accept", "application/json"),
            HTTPTransport.Header("User-Agent", "codex-deployer"),
        ]
        if let key = options.key { headers.append(HTTPTransport.Header("Authorization", "Bearer \(key)")) }
        return HTTPTransport.Request(
            "POST", url, headers: headers, body: Array(body.utf8), timeout: options.timeout,
            maximumBody: options.maximumBody, tls: options.tls)
    }

    /// - Returns: with it, what the exchange took; nil where nobody can tell.
    private func judge(_ response: HTTPTransport.Response, _ text: String) -> (Round, TokenUsage?) {
        guard (200..<300).contains(response.status) else {
            let error = APIError(status: response.status, body: text) { [coder] in coder.masker.mask($0) }
            // A refused request was not answered, so nothing was paid for it.
            return (refused(error, response), TokenUsage())
        }
        var usage = ModelAnswer.usage(text)
        do throws(CoderFailure) {
            let answer = try ModelAnswer.read(text, traits.interface)
            usage = usage ?? estimate(answer.text)
            let document = try AnswerDocument.read(answer.text, wantsChangelog: coder.prompts.wantsChangelog)
            return (.done(.answer(document, usage ?? TokenUsage())), usage)
        } catch {
            var error = error
            error.failure.cause = error.failure.cause.map { coder.masker.mask($0) }
            // "It gave up" is as good as no answer.
            if case .away = error.meaning { return (.again(nil, error), usage ?? estimate("")) }
            return (.failed(error), usage ?? estimate(text))
        }
    }

    private func estimate(_ answer: String) -> TokenUsage {
        TokenUsage(input: prompt.tokens, output: TokenEstimate.of(answer), isEstimated: true)
    }

    private func refused(_ error: APIError, _ response: HTTPTransport.Response) -> Round {
        var known = traits
        if known.learn(from: error) { return .done(.refused(error)) }
        let named = RetryTime.told(response, at: coder.clock())
        let told = named.map { min($0, RetryTime.most) }
        var words = error.spoken
        if let named, named > RetryTime.most {
            words += "; it names \(named.spoken) and is asked again in an hour"
        }
        switch error.status {
        case 429 where !error.isAboutMoney:
            return .again(
                told,
                CoderFailure(
                    .away(until: nil), .coderRateLimit, "the server asks for patience: \(words)",
                    remedy: "Wait; or ask the provider for a higher limit."))
        case 408, 409, 500, 502..<600:
            return .again(
                told,
                CoderFailure(
                    .away(until: nil), .coderServer, "the server cannot answer at the moment: \(words)",
                    remedy: "Try again later."))
        default: return .done(.refused(error))
        }
    }

    /// A connection that was refused or broke off is tried again. One that took all of its time is not: the model may have
    /// worked, and be paid for, all the while.
    private static func unanswered(_ error: Failure) -> Round {
        switch error.code {
        case .httpCancelled: return .failed(cancelled)
        case .httpInvalidURL, .httpTLS, .httpBodyTooLarge:
            return .failed(CoderFailure(.setup, error.code, error.message, remedy: error.remedy, cause: error.cause))
        case .httpTimeout:
            return .failed(
                CoderFailure(.away(until: nil), error.code, error.message, remedy: error.remedy, cause: error.cause))
        default:
            return .again(
                nil,
                CoderFailure(.away(until: nil), error.code, error.message, remedy: error.remedy, cause: error.cause))
        }
    }

    /// Nothing for what never reached the server; nobody knows for what broke off later.
    private static func usage(after error: Failure) -> TokenUsage? {
        [.httpConnect, .httpDNS, .httpTLS, .httpInvalidURL, .httpShutdown].contains(error.code) ? TokenUsage() : nil
    }

    private static func sentence(_ round: Round) -> String {
        switch round {
        case .done(.answer(let document, _)): "an answer with \(document.patches.count) patch(es)"
        case .done(.refused(let error)): error.spoken
        case .failed(let failure), .again(_, let failure): failure.description
        }
    }

    static let cancelled = CoderFailure(.away(until: nil), .coderCancelled, "asking the coder was cancelled")
}
