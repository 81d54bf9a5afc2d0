/// What a million tokens of a model cost, in millionths of the operator's currency.
package struct ModelPrice: Sendable, Hashable {
    package var model: String
    package var input: Int
    /// Of the part of the input that the provider had in its cache.
    package var cached: Int
    package var output: Int

    /// `gpt-5=1.25/0.125/10`, or without what is in the middle; nil for anything else.
    static func read(_ text: String) -> ModelPrice? {
        guard let equals = text.lastIndex(of: "=") else { return nil }
        let model = String(text[..<equals])
        let parts = text[text.index(after: equals)...].split(separator: "/", omittingEmptySubsequences: false)
        let amounts = parts.compactMap { millionths($0) }
        guard TextRule.model.refusal(model) == nil, amounts.count == parts.count, (2...3).contains(amounts.count) else {
            return nil
        }
        return ModelPrice(
            model: model, input: amounts[0], cached: amounts.count == 3 ? amounts[1] : amounts[0],
            output: amounts[amounts.count - 1])
    }

    /// `2.50` as 2,500,000; nil for what is no amount of at most nine digits and six decimals.
    static func millionths(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            parts[0].count <= 9, let whole = Int(parts[0])
        else { return nil }
        guard parts.count == 2 else { return whole * 1_000_000 }
        guard parts[1].count <= 6, let fraction = Int(parts[1] + String(repeating: "0", count: 6 - parts[1].count))
        else {
            return nil
        }
        return whole * 1_000_000 + fraction
    }
}
