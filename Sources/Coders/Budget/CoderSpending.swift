/// What requests took together, or may have taken at most.
package struct CoderSpending: Sendable, Hashable {
    package var requests = 0
    package var tokens = 0
    /// In millionths.
    package var money = 0

    package init(_ entries: some Sequence<CoderLedgerEntry>) {
        for entry in entries {
            requests += 1
            tokens = tokens.addingClamped(entry.usage.total)
            money = money.addingClamped(entry.cost ?? 0)
        }
    }

    /// The first limit that is passed, in words.
    func excess(_ limits: CoderLimits.Amount) -> String? {
        if let limit = limits.requests, requests > limit { return "\(limit) requests" }
        if let limit = limits.tokens, tokens > limit { return "\(limit) tokens" }
        if let limit = limits.money, money > limit { return "\(TokenPrices.spoken(limit)) in money" }
        return nil
    }

    /// What may still be spent; nil where there is no limit.
    package func left(of limits: CoderLimits.Amount) -> CoderLimits.Amount {
        CoderLimits.Amount(
            requests: limits.requests.map { max(0, $0 - requests) }, tokens: limits.tokens.map { max(0, $0 - tokens) },
            money: limits.money.map { max(0, $0 - money) })
    }
}
