package import Model

/// An attempt at the same failure, and what became of it.
package struct EarlierAttempt: Sendable, Codable, Hashable {
    package enum Result: Sendable, Codable, Hashable {
        /// It was tried; the verdict says how that ended.
        case judged(Verdict)
        /// It could not be tried: the sentence says what was wrong with the answer itself.
        case unusable(String)
    }

    /// From 1.
    package var number: Int
    package var description: String
    /// As the coder wrote them; of a command, the difference of its working tree.
    package var patches: [CoderProposal.Patch]
    package var result: Result

    package init(number: Int, description: String, patches: [CoderProposal.Patch] = [], result: Result) {
        self.number = number
        self.description = description
        self.patches = patches
        self.result = result
    }
}
