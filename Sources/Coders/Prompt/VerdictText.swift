import Model

/// What became of an earlier attempt, told to whoever tries next.
enum VerdictText {
    /// Why it was not taken.
    static func reason(_ attempt: EarlierAttempt) -> String {
        switch attempt.result {
        case .unusable(let words): words
        case .judged(let verdict): "\(verdict.decision.rawValue): \(verdict.reason)"
        }
    }

    /// The attempt and its verdict in full.
    static func whole(_ attempt: EarlierAttempt) -> String {
        var lines = ["attempt \(attempt.number): \(attempt.description)", reason(attempt)]
        if case .judged(let verdict) = attempt.result { lines += details(verdict) }
        for patch in attempt.patches {
            lines.append("its patch\(patch.target.map { " for \($0)" } ?? ""):")
            lines.append(patch.text)
        }
        return lines.joined(separator: "\n")
    }

    private static func details(_ verdict: Verdict) -> [String] {
        var lines: [String] = []
        for placement in verdict.placements {
            let place = placement.appliedLine.map { "applied at line \($0)" } ?? "has no place"
            let stated = placement.statedLine > 0 ? ", stated for line \(placement.statedLine)" : ""
            lines.append("  \(placement.file)\(stated): \(place) (\(placement.method))")
        }
        for subject in verdict.subjects {
            lines.append("  \(subject.file) has \(subject.lines) lines now, SHA-256 \(subject.sha256)")
        }
        lines += verdict.flaky.map { "  flaky, which is not this change's fault: \($0)" }
        for (name, diagnostics) in [
            ("fixed", verdict.fixed), ("new", verdict.introduced), ("still there", verdict.remaining),
        ] {
            lines += diagnostics.map { "  \(name): \(DiagnosticText.text($0))" }
        }
        for outcome in verdict.tried {
            lines.append("  \(outcome.stage) \(outcome.status.rawValue): \(outcome.summary)")
            // What the comparison names already is not said twice.
            let known = Set((verdict.fixed + verdict.introduced + verdict.remaining).map(\.line))
            lines += outcome.diagnostics.filter { !known.contains($0.line) }.map { "    \(DiagnosticText.text($0))" }
            for suite in outcome.tests?.suites ?? [] {
                for test in suite.cases where test.result == .failed {
                    lines.append("    test \(suite.name).\(test.name) failed")
                    lines += test.failures.map { "      \($0.location.map { "\($0): " } ?? "")\($0.message)" }
                }
            }
        }
        return lines
    }
}
