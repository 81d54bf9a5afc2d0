/// What may be spent on asking; nil is no limit.
package struct CoderLimits: Sendable, Codable, Hashable {
    package struct Amount: Sendable, Codable, Hashable {
        package var requests: Int?
        package var tokens: Int?
        /// In millionths.
        package var money: Int?
        package init(requests: Int? = nil, tokens: Int? = nil, money: Int? = nil) {
            self.requests = requests
            self.tokens = tokens
            self.money = money
        }
    }
    /// For all services together, in any sixty minutes.
    package var perHour: Amount
    /// For one failure, however long it lasts.
    package var perFailure: Amount

    package init(perHour: Amount = Amount(), perFailure: Amount = Amount()) {
        self.perHour = perHour
        self.perFailure = perFailure
    }

    package var countsMoney: Bool { perHour.money != nil || perFailure.money != nil }
}
