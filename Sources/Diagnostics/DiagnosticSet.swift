package import Model

/// The findings of one run, made comparable with those of another: lines move and addresses differ, but a finding of
/// the same code in the same file with the same words is the same finding.
package struct DiagnosticSet: Sendable, Hashable {
    package let diagnostics: [Diagnostic]
    package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    package struct Comparison: Sendable, Hashable {
        /// In the old set only.
        package var fixed: [Diagnostic]
        /// In the new set only, or an error now and none before.
        package var introduced: [Diagnostic]
        /// In both; as the new set has them.
        package var remaining: [Diagnostic]
    }

    /// Several findings of one fingerprint are counted: two before and one now is one fixed, one remaining.
    package static func compare(from old: DiagnosticSet, to new: DiagnosticSet) -> Comparison {
        Comparison(fixed: [], introduced: [], remaining: [])
    }

    /// Names the whole set; the same whatever the order, the lines and the severities below error.
    package var fingerprint: String { "" }
    package var errors: DiagnosticSet { DiagnosticSet(diagnostics.filter(\.isError)) }
}

extension Diagnostic {
    /// 16 hexadecimal digits over code, file and the message with its numbers and addresses made equal.
    package var fingerprint: String { "" }
}
