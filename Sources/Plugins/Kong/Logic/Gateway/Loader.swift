import Model
import PluginKit

/// Makes a gateway run a configuration, and waits until every worker does.
package struct Loader<Host: KongHost> {
    private let host: Host
    private let client: AdminClient<Host>
    /// For all of it.
    private let clock = ContinuousClock()
    private let deadline: ContinuousClock.Instant

    package init(_ host: Host, _ options: Options) {
        self.host = host
        client = AdminClient(host, options.admin)
        // What is left after that is for saying so.
        deadline = clock.now + min(options.patience, host.timeLeft - .seconds(2))
    }

    private var isOver: Bool { clock.now >= deadline || host.isCancelled }

    /// Gives the gateway the configuration until it has it; then `await`s it in all workers.
    package func load(_ payload: Payload) -> LoadOutcome {
        var attempt = 0
        while true {
            attempt += 1
            let posted = post(payload)
            guard posted == .loaded || posted == .unchanged else { return posted }
            let outcome = wait(for: payload)
            // A gateway that was restarted meanwhile has forgotten it.
            guard case .ended(_, "kong.empty") = outcome, attempt < 4, !isOver else {
                return outcome == .loaded ? posted : outcome
            }
            host.log("the gateway has lost its configuration, as a restart does: it is given it again", level: .warning)
        }
    }

    private func post(_ payload: Payload) -> LoadOutcome {
        var lastWords = ""
        // Once at least, however late it is.
        repeat {
            do throws(NoAnswer) {
                let answer = try client.send(.load(payload.text), timeout: max(left(), .seconds(1)))
                switch answer.status {
                case 201, 200: return .loaded
                case 304: return .unchanged
                case 400: return .refused(answer)
                case 401, 403:
                    return .ended(.failed(AdminClient<Host>.denial(answer)), code: "kong.denied")
                case 404, 405:
                    return .ended(
                        .failed(
                            "the Admin API takes no declarative configuration (\(answer.status)): is this a gateway without a database?"
                        ), code: "kong.mode")
                case 413:
                    return .ended(
                        .failed("the configuration is too large for the gateway: \(LoadOutcome.words(answer))"),
                        code: "kong.too-large")
                case 429, 500...599:
                    lastWords = "the Admin API answers \(answer.status): \(LoadOutcome.words(answer))"
                    host.log(lastWords + "; trying again", level: .warning)
                    host.pause(min(.seconds(answer.retryAfter ?? 1), left()))
                default:
                    return .ended(
                        .failed("the Admin API answers \(answer.status): \(LoadOutcome.words(answer))"),
                        code: "kong.answer")
                }
            } catch {
                guard error.kind == .unreachable else { return ended(error) }
                lastWords = error.description
                // The answer may have been lost on the way, not the configuration.
                if let status = try? current(), status.hash == payload.gatewayHash { return .loaded }
                host.log("\(lastWords); trying again", level: .warning)
                host.pause(min(.milliseconds(300), left()))
            }
        } while !isOver
        if host.isCancelled {
            return .ended(.cancelled("loading the configuration was cancelled"), code: "kong.cancelled")
        }
        return .ended(.retryable("the gateway did not take the configuration: \(lastWords)"), code: "kong.unreachable")
    }

    /// Answers in a row that prove it. A worker that is left behind gives one of `workers` on average; that twelve times as many
    /// miss it happens once in 160,000 times, and patience ends before it was tried that often.
    private static func answers(of workers: Int) -> Int { 12 * workers }

    /// Asks until enough answers in a row came from the configuration. Each has a connection of its own, so that any worker may
    /// be the one that answers.
    ///
    /// - Parameter endsWhenEmpty: a gateway without any configuration ends the wait; it will not come by itself.
    package func wait(for payload: Payload, endsWhenEmpty: Bool = true) -> LoadOutcome {
        var (agreeing, needed) = (0, Self.answers(of: 2))
        var lastWords = ""
        repeat {
            do throws(NoAnswer) {
                let answer = try client.send(.status, timeout: max(left(), .seconds(1)), isAlone: true)
                if let status = GatewayStatus(answer) {
                    guard let hash = status.hash else {
                        return .ended(
                            .failed("the gateway's /status names no configuration: is this one without a database?"),
                            code: "kong.mode")
                    }
                    if !status.workers.isEmpty { needed = Self.answers(of: status.workers.count) }
                    agreeing = hash == payload.gatewayHash ? agreeing + 1 : 0
                    if agreeing >= needed { return .loaded }
                    if endsWhenEmpty, hash == GatewayStatus.empty, hash != payload.gatewayHash {
                        return .ended(.failed("the gateway runs no configuration"), code: "kong.empty")
                    }
                    if agreeing > 0 { continue }
                    lastWords = "a worker still runs the configuration \(hash.prefix(8)) in place of \(payload.short)"
                } else {
                    agreeing = 0
                    lastWords = "/status answers \(answer.status): \(LoadOutcome.words(answer))"
                }
            } catch {
                guard error.kind == .unreachable else { return ended(error) }
                (agreeing, lastWords) = (0, error.description)
            }
            host.progress(nil, "waiting until every worker runs \(payload.short)")
            host.pause(min(.milliseconds(200), left()))
        } while !isOver
        if host.isCancelled {
            return .ended(.cancelled("waiting for the workers was cancelled"), code: "kong.cancelled")
        }
        return .ended(.failed("not every worker runs the configuration in time: \(lastWords)"), code: "kong.workers")
    }

    /// What the gateway runs now.
    package func current() throws(NoAnswer) -> GatewayStatus? {
        GatewayStatus(try client.send(.status, timeout: min(.seconds(10), max(left(), .seconds(1)))))
    }

    private func left() -> Duration { max(clock.now.duration(to: deadline), .milliseconds(50)) }

    private func ended(_ error: NoAnswer) -> LoadOutcome {
        switch error.kind {
        case .cancelled: .ended(.cancelled(error.description), code: "kong.cancelled")
        case .secret: .ended(.unavailable(error.description), code: "kong.secret")
        case .unreachable, .refused: .ended(.failed(error.description), code: "kong.request")
        }
    }
}
