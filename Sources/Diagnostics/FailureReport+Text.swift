import Model

extension FailureReport {
    /// For people: what failed, where, and the ends of the log.
    package var text: String {
        var lines = [
            "\(service): \(stage) \(status.rawValue) at \(revision.short)" + (cycle.map { " in cycle \($0)" } ?? "")
                + ", \(createdAt)",
            "  \(summary)",
        ]
        if let resolved { lines.append("  since then: \(resolved.text)") }
        if let lastGood { lines.append("  last good: \(lastGood.short)") }
        if let command { lines.append("  command: \(command.joined(separator: " "))") }
        if let group {
            let members = group.members.map { "\($0.service) \($0.outcome)" }.joined(separator: ", ")
            lines.append("  group '\(group.name)': \(members)")
        }
        for diagnostic in diagnostics {
            lines += ["", diagnostic.line]
            lines += diagnostic.notes.map { "    " + ($0.location.map { "\($0): " } ?? "") + "note: \($0.message)" }
            lines += excerpt(around: diagnostic.location)
        }
        if omittedDiagnostics > 0 { lines += ["", "and \(omittedDiagnostics) more findings"] }
        if let failedTests {
            lines += ["", "failed tests:"]
            lines += failedTests.suites.flatMap { suite in
                suite.cases.flatMap { test in
                    ["  \(suite.name).\(test.name)"] + test.failures.map { "    \($0.message)" }
                }
            }
        }
        if let log { lines += ["", "log:", log.text] }
        lines += ["", "report \(id)"]
        return lines.joined(separator: "\n")
    }

    private func excerpt(around location: FileLocation?) -> [String] {
        guard let location, let line = location.line,
            let source = sources.first(where: {
                $0.file == location.file && ($0.firstLine..<$0.firstLine + $0.lines.count).contains(line)
            })
        else { return [] }
        return source.lines.enumerated().compactMap { index, text in
            let number = source.firstLine + index
            guard abs(number - line) <= 2 else { return nil }
            return "  \(number == line ? ">" : " ") \(number): \(text)"
        }
    }
}
