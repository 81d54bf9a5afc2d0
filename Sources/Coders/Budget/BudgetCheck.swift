import Model

/// Whether a request still fits, and when it will where it does not.
enum BudgetCheck {
    /// - Parameters:
    ///   - hour: of the last sixty minutes, the entry in question among them.
    ///   - failure: of the same failure, likewise.
    static func refusal(
        of entry: CoderLedgerEntry, hour: [CoderLedgerEntry], failure: [CoderLedgerEntry], _ limits: CoderLimits
    ) -> CoderFailure? {
        if let excess = CoderSpending(failure).excess(limits.perFailure) {
            return CoderFailure(
                .spent(until: nil), .coderBudget,
                "the budget for this failure is used up: one request more could pass \(excess)",
                remedy: "mend it by hand, or raise the budget (DISPATCHER_CODER_…_PER_FAILURE)")
        }
        guard let excess = CoderSpending(hour).excess(limits.perHour) else { return nil }
        if CoderSpending([entry]).excess(limits.perHour) != nil {
            return CoderFailure(
                .spent(until: nil), .coderBudget,
                "one request alone could pass the hour's budget of \(excess)",
                remedy: "raise the budget (DISPATCHER_CODER_…_PER_HOUR), or let the prompt or the answer be shorter")
        }
        let until = freed(entry, hour, limits.perHour)
        return CoderFailure(
            .spent(until: until), .coderBudget,
            "the hour's budget is used up: one request more could pass \(excess); there is room at \(until)",
            remedy: "wait, or raise the budget (DISPATCHER_CODER_…_PER_HOUR)")
    }

    /// When so many of the oldest entries are over an hour old that this one fits.
    private static func freed(_ entry: CoderLedgerEntry, _ hour: [CoderLedgerEntry], _ limits: CoderLimits.Amount)
        -> Timestamp
    {
        var others = hour.filter { $0.id != entry.id }.sorted { $0.at < $1.at }[...]
        var until = entry.at
        while CoderSpending(others + [entry]).excess(limits) != nil, let oldest = others.popFirst() {
            until = oldest.at.advanced(by: .seconds(3600))
        }
        return max(until, entry.at)
    }
}
