package import Diagnostics
package import Model

/// The findings of a stage on their way to the host.
package enum Findings {
    /// What is worth telling: errors of whatever file, everything else only about the service's own sources.
    package static func relevant(_ findings: [Diagnostic], paths: PathMapper) -> [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return findings.filter { finding in
            guard finding.isError || finding.location.map({ paths.isOwn($0.file) }) ?? true else { return false }
            return seen.insert(finding).inserted
        }
    }

    /// A failure is never without an error.
    package static func withError(_ findings: [Diagnostic], stage: Stage, otherwise message: String) -> [Diagnostic] {
        if findings.contains(where: \.isError) { return findings }
        return findings + [Diagnostic(.error, code: DiagnosticCode.unexplained, message: message, stage: stage)]
    }

    /// `Sources/App/main.swift:3:5: error: cannot find 'x' in scope, and 2 more errors`.
    package static func headline(_ findings: [Diagnostic]) -> String? {
        let errors = findings.filter(\.isError)
        guard let first = errors.first else { return nil }
        let rest = errors.count - 1
        let line = first.line.prefix { !$0.isNewline }
        return rest == 0 ? String(line) : "\(line), and \(rest) more error\(rest == 1 ? "" : "s")"
    }
}
