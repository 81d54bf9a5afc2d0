package import Model

/// The classes of reason that a rejection can be read as: the corpus speaks of classes, the rooms of codes.
package enum PatchReasons {
    package static func of(_ failure: Failure, reason: String?) -> [String] {
        switch (failure.code.rawValue, reason) {
        case ("feedback.ambiguous", _): ["ambiguous"]
        case ("feedback.anchor", _): ["needs-anchor", "placeholder", "needs-base"]
        case ("feedback.patch", _): ["not-a-patch", "malformed"]
        case ("feedback.conflict", "encoding"): ["conflict", "encoding"]
        case ("feedback.conflict", "needsContext"): ["conflict", "needs-anchor"]
        case ("feedback.conflict", _): ["conflict"]
        default: [failure.code.rawValue]
        }
    }
}
