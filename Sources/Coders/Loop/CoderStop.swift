/// Why nobody is asked any more about a failure.
package enum CoderStop: Sendable, Codable, Hashable, CustomStringConvertible {
    case repaired
    /// The budget of attempts is used up.
    case attempts(Int)
    /// The budget of requests, tokens or money is used up for this failure.
    case spent(String)
    /// The same change for the same diagnostics came before.
    case repeatedChange
    /// The sources would be as they were before.
    case seenTree
    case noPatch(String)
    case setup(String)

    package var description: String {
        switch self {
        case .repaired: "it is mended"
        case .attempts(let count): "\(count) attempts were made, and none of them mended it"
        case .spent(let words), .setup(let words): words
        case .repeatedChange: "the coder goes round in circles: it proposed a change that was rejected before"
        case .seenTree: "the coder goes round in circles: the sources would be as they were before"
        case .noPatch(let words): "the coder has no patch: \(words)"
        }
    }

    package var isRepaired: Bool { self == .repaired }
}
