package import Model

/// Lets a request through when what it may take at most still fits, and writes it down before it is sent.
///
/// Requests of several services may be under way at a time: each is in the ledger before any sum is made, so together they
/// cannot take more than is allowed. Two that wait for the last of it may both be refused; nothing is lost by that.
package struct BudgetGate: Sendable {
    package let ledger: any CoderLedger
    package let limits: CoderLimits
    /// By the name of the model.
    package let prices: [String: TokenPrices]

    package init(ledger: any CoderLedger, limits: CoderLimits = CoderLimits(), prices: [String: TokenPrices] = [:]) {
        self.ledger = ledger
        self.limits = limits
        self.prices = prices
    }

    /// - Parameters:
    ///   - model: whose prices count; nil where nobody counts tokens: then money is no limit.
    ///   - most: what the request may take at most.
    package func open(_ request: CoderRequest, model: String?, most: TokenUsage, at now: Timestamp)
        async throws(CoderFailure) -> CoderLedgerEntry
    {
        let price = model.flatMap { prices[$0] }
        if let model, limits.countsMoney, price == nil {
            throw CoderFailure(
                .setup, .coderBudget, "there is a budget in money, and no price for the model '\(model)'",
                remedy: "set DISPATCHER_CODER_PRICES, such as '\(model)=1.25/0.125/10', or leave the budget out")
        }
        let entry = CoderLedgerEntry(
            id: RandomName.make(), at: now, service: request.service, failure: request.failure, model: model,
            usage: most, cost: price?.cost(of: most))
        let refusal: CoderFailure?
        do throws(Failure) {
            try await ledger.write(entry)
            refusal = BudgetCheck.refusal(
                of: entry, hour: try await ledger.entries(since: now.advanced(by: .seconds(-3600))),
                failure: try await ledger.entries(of: request.failure), limits)
            if refusal != nil { try await ledger.remove(entry.id) }
        } catch {
            throw Self.unwritable(error)
        }
        if let refusal { throw refusal }
        return entry
    }

    /// The answer is there, or will never be.
    /// - Parameter usage: what it took; nil where nobody knows: then what it may have taken at most stays.
    @discardableResult
    package func settle(_ entry: CoderLedgerEntry, _ usage: TokenUsage?) async throws(CoderFailure)
        -> CoderLedgerEntry
    {
        var entry = entry
        entry.isSettled = true
        if let usage {
            entry.usage = usage
            entry.cost = entry.model.flatMap { prices[$0] }?.cost(of: usage)
        }
        do throws(Failure) { try await ledger.write(entry) } catch { throw Self.unwritable(error) }
        return entry
    }

    private static func unwritable(_ error: Failure) -> CoderFailure {
        CoderFailure(
            .away(until: nil), .coderLedger, "what is spent on coders cannot be written down, so none is asked",
            remedy: "see to the history's disk", cause: error.description)
    }
}
