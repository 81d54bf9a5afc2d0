package import Model

/// What a change that a compiler proposes would do to the program, as far as its text tells.
package enum FixItNature: Hashable, Sendable {
    /// To be tried as it stands.
    case whole
    /// It drops a value on the floor (`_ = `): the program does what it did, and the finding is gone.
    case discarding
    /// It has a hole that a person is to fill in (`<#default value#>`).
    case unfinished
    /// It takes the question away instead of answering it: what the compiler found would happen at run time instead, as a
    /// crash (`!` behind anything), a lost error (`try?`) or a data race (`nonisolated(unsafe)`, `@unchecked`).
    case silencing

    package init(_ fixIt: FixIt) {
        let text = Array(fixIt.replacement.utf8)
        if Self.contains(text, "<#") {
            self = .unfinished
        } else if Self.silencers.contains(where: { Self.contains(text, $0) }) || Self.unwraps(text) {
            self = .silencing
        } else {
            self = fixIt.replacement.hasPrefix("_ = ") || fixIt.replacement == "_" ? .discarding : .whole
        }
    }

    /// Of the fix-its of one finding, which belong together: the worst.
    package init(_ fixIts: [FixIt]) {
        let all = fixIts.map { FixItNature($0) }
        self = [.silencing, .unfinished, .discarding].first(where: all.contains) ?? .whole
    }

    /// The proposal among alternatives: the only one that may be tried as it stands. Swift proposes `try` alone, with `?` and
    /// with `!` for a call that throws, `?` and `!` for a member of an optional: only the first of each mends anything. Of
    /// `self.` and `[self] in`, which mean the same, the first counts.
    package static func proposal(among alternatives: [[FixIt]]) -> [FixIt] {
        guard alternatives.count > 1 else { return alternatives.first ?? [] }
        var whole = alternatives.filter { FixItNature($0) == .whole }
        if whole.contains(where: { $0.map(\.replacement) == ["self."] }) {
            whole.removeAll { $0.map(\.replacement) == [" [self] in"] }
        }
        return whole.count == 1 ? whole[0] : []
    }

    private static let silencers = [
        "try" + "!", "try?", "as!", "fatalError", "preconditionFailure", "(unsafe)", "@unchecked", "@preconcurrency",
    ]

    /// `!` behind something; before something it is a negation, and in `!=` a comparison.
    private static func unwraps(_ text: [UInt8]) -> Bool {
        text.indices.contains { index in
            guard text[index] == UInt8(ascii: "!") else { return false }
            guard index + 1 < text.count else { return true }
            let next = text[index + 1]
            return next == UInt8(ascii: ".") || next == UInt8(ascii: ")") || next == UInt8(ascii: "[")
                || next == UInt8(ascii: " ") || next == UInt8(ascii: ",")
        }
    }

    private static func contains(_ text: [UInt8], _ part: String) -> Bool {
        let part = Array(part.utf8)
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
    }
}
