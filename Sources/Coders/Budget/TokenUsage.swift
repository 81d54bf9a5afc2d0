/// What an exchange took, in the provider's tokens.
package struct TokenUsage: Sendable, Codable, Hashable {
    package var input: Int
    /// The part of `input` that the provider had in its cache.
    package var cached: Int
    /// What the model thought included.
    package var output: Int
    /// Nobody counted: the numbers are guesses from the lengths of the texts.
    package var isEstimated: Bool

    package init(input: Int = 0, cached: Int = 0, output: Int = 0, isEstimated: Bool = false) {
        self.input = max(0, input)
        self.cached = min(max(0, cached), max(0, input))
        self.output = max(0, output)
        self.isEstimated = isEstimated
    }

    package var total: Int { input.addingClamped(output) }

    package static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            input: left.input.addingClamped(right.input), cached: left.cached.addingClamped(right.cached),
            output: left.output.addingClamped(right.output), isEstimated: left.isEstimated || right.isEstimated)
    }
}

extension Int {
    /// A server may claim any number of tokens.
    func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
