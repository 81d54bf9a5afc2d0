/// What a model's tokens cost, in millionths of whatever currency the operator thinks in, per million tokens.
package struct TokenPrices: Sendable, Codable, Hashable {
    package var input: Int
    package var cached: Int
    package var output: Int

    package init(input: Int, cached: Int? = nil, output: Int) {
        self.input = input
        self.cached = cached ?? input
        self.output = output
    }

    /// In millionths, rounded up: many small exchanges must not cost nothing.
    package func cost(of usage: TokenUsage) -> Int {
        let parts = [(usage.input - usage.cached, input), (usage.cached, cached), (usage.output, output)]
        let total = parts.reduce(0) { sum, part in
            let (product, overflow) = part.0.multipliedReportingOverflow(by: part.1)
            return sum.addingClamped(overflow ? .max : product)
        }
        return total / 1_000_000 + (total % 1_000_000 == 0 ? 0 : 1)
    }

    /// `1.25` for 1,250,000.
    package static func spoken(_ millionths: Int) -> String {
        let fraction = String(millionths % 1_000_000)
        var digits = String(repeating: "0", count: 6 - fraction.count) + fraction
        while digits.count > 2, digits.hasSuffix("0") { digits.removeLast() }
        return "\(millionths / 1_000_000).\(digits)"
    }
}
