/// What one check found out.
package enum CheckVerdict: Sendable, Hashable {
    /// With what is worth knowing besides.
    case passed(notes: [String])
    /// Each entry says one thing that is not as expected.
    case failed([String])
    /// It failed by a crash or a hang: what follows would do the same.
    case broken([String])
    /// It could not apply, for this reason.
    case skipped(String)

    package static let passed = CheckVerdict.passed(notes: [])

    /// Passed when there is nothing to complain about.
    init(problems: [String], notes: [String] = []) {
        self = problems.isEmpty ? .passed(notes: notes) : .failed(problems)
    }
}
