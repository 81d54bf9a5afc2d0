package import Model

/// Changes that the compiler proposed, to be tried together: none overlaps another.
package struct FixItCandidate: Hashable, Sendable {
    /// By file, then by place.
    package var fixIts: [FixIt]
    /// The errors whose fix-its these are, in the order in which they were given.
    package var errors: [Diagnostic]

    /// `fix-its of 2 errors`, `fix-it of Sources/App/main.swift:3:5: error: …`.
    package var summary: String {
        errors.count == 1 ? "fix-it of \(errors[0].line)" : "fix-its of \(errors.count) errors"
    }

    /// The files that it changes, each once.
    package var files: [String] {
        fixIts.map(\.file).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}
