import Diagnostics
import Model

/// Findings as a coder reads them: the line that a compiler would print, what belongs to it below.
enum DiagnosticText {
    /// The summary, then one text a finding, then one for each failed test.
    static func units(_ report: FailureReport) -> [String] {
        var opening = [report.summary]
        if let command = report.command { opening.append("command: \(command.joined(separator: " "))") }
        switch report.termination {
        case .exited(let code): opening.append("it exited with \(code)")
        case .signalled(let number): opening.append("it was ended by signal \(number)")
        case .timedOut: opening.append("it ran out of time and was ended")
        case nil: break
        }
        return [opening.joined(separator: "\n")] + report.diagnostics.map(text) + tests(report.failedTests)
    }

    static func text(_ diagnostic: Diagnostic) -> String {
        var lines = [diagnostic.line]
        if let detail = diagnostic.detail { lines += detail.split(separator: "\n").map { "  \($0)" } }
        for note in diagnostic.notes {
            lines.append("  \(note.location.map { "\($0): " } ?? "")note: \(note.message)")
        }
        for fixIt in diagnostic.fixIts {
            lines.append(
                "  the compiler proposes: replace \(fixIt.file):\(fixIt.startLine):\(fixIt.startColumn) to "
                    + "\(fixIt.endLine):\(fixIt.endColumn) by '\(fixIt.replacement)'")
        }
        return lines.joined(separator: "\n")
    }

    private static func tests(_ report: TestReport?) -> [String] {
        (report?.suites ?? []).flatMap { suite in
            suite.cases.map { test in
                let failures = test.failures.map { "  \($0.location.map { "\($0): " } ?? "")\($0.message)" }
                return (["test \(suite.name).\(test.name) failed"] + failures).joined(separator: "\n")
            }
        }
    }
}

/// Sources as a coder reads them.
enum SourceText {
    /// `>` marks the lines that findings point at.
    static func numbered(_ excerpt: FailureReport.SourceExcerpt) -> String {
        let marked = Set(excerpt.marked)
        let width = String(excerpt.firstLine + excerpt.lines.count).count
        let lines = excerpt.lines.enumerated().map { offset, line in
            let number = excerpt.firstLine + offset
            let digits = String(number)
            let padding = String(repeating: " ", count: max(0, width - digits.count))
            return "\(marked.contains(number) ? ">" : " ") \(padding)\(digits) | \(line)"
        }
        return (["\(excerpt.file):"] + lines).joined(separator: "\n")
    }
}
