/// How one check went.
package struct CheckResult: Sendable, Hashable {
    package var name: String
    package var isRequired: Bool
    package var expects: String
    package var reading: String
    package var verdict: CheckVerdict
    package var duration: Duration

    /// A failure that makes the whole run fail.
    package var isFailure: Bool { isRequired && hasFailed }
    /// Advice that was not heeded.
    package var isWarning: Bool { !isRequired && hasFailed }
    private var hasFailed: Bool {
        switch verdict {
        case .failed, .broken: true
        case .passed, .skipped: false
        }
    }
    package var isSkipped: Bool { if case .skipped = verdict { true } else { false } }

    /// `passed`, `failed`, `warning` or `skipped`.
    package var word: String {
        switch verdict {
        case .passed: "passed"
        case .failed, .broken: isRequired ? "failed" : "warning"
        case .skipped: "skipped"
        }
    }

    /// What was found, a sentence each.
    package var findings: [String] {
        switch verdict {
        case .passed(let notes): notes
        case .failed(let problems), .broken(let problems): problems
        case .skipped(let reason): [reason]
        }
    }
}
