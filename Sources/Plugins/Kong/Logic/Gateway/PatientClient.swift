import PluginKit

/// Asks the Admin API, and again where it is busy. For what has to be known before anything is begun.
struct PatientClient<Host: KongHost> {
    private let host: Host
    private let client: AdminClient<Host>
    private let clock = ContinuousClock()
    private let deadline: ContinuousClock.Instant

    init(_ host: Host, _ options: Options) {
        self.host = host
        client = AdminClient(host, options.admin)
        deadline = clock.now + min(options.patience, host.timeLeft - .seconds(2))
    }

    /// - Throws: `NoAnswer` where nobody is there; `PluginFailure`, to be tried again, where it stays busy, and for good where
    ///   it does not let us in.
    func send(_ request: AdminRequest) throws -> GatewayAnswer {
        while true {
            let answer = try client.send(request)
            switch answer.status {
            case 401, 403: throw PluginFailure("kong.denied", AdminClient<Host>.denial(answer))
            case 429, 500...599:
                let words = "the Admin API answers \(answer.status): \(LoadOutcome.words(answer))"
                if host.isCancelled { throw PluginFailure(.cancelled("asking the gateway was cancelled")) }
                guard clock.now < deadline else { throw PluginFailure(.retryable(words)) }
                host.log(words + "; trying again", level: .warning)
                host.pause(min(.seconds(answer.retryAfter ?? 1), max(clock.now.duration(to: deadline), .zero)))
            default: return answer
            }
        }
    }

    /// What the gateway runs now.
    func status() throws -> GatewayStatus {
        let answer = try send(.status)
        if let status = GatewayStatus(answer) { return status }
        throw PluginFailure(
            "kong.status",
            "the gateway's /status gives no sensible answer: \(answer.status) \(LoadOutcome.words(answer))")
    }
}
