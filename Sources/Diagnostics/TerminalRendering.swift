package import Model

/// Findings as a compiler would print them: `file:line:column: error: message`, the line, a caret.
package struct TerminalRendering: Sendable {
    package var usesColour: Bool
    package init(usesColour: Bool = false) { self.usesColour = usesColour }

    /// - Parameter source: the text of a file, nil where it cannot be read; then no line is shown. Asked once a file.
    package func text(_ diagnostics: [Diagnostic], source: (String) -> String?) -> String {
        var files: [String: [Substring]] = [:]
        return text(diagnostics) { location in
            guard let number = location.line else { return nil }
            if files[location.file] == nil {
                files[location.file] = source(location.file)?.sourceLines ?? []
            }
            let lines = files[location.file] ?? []
            return number >= 1 && number <= lines.count ? String(lines[number - 1]) : nil
        }
    }

    /// Headline, findings with the lines that the report itself holds, failed tests, and what is left out.
    package func text(_ report: FailureReport) -> String {
        var lines: [Place: String] = [:]
        for excerpt in report.sources {
            for (offset, line) in excerpt.lines.enumerated() {
                lines[Place(file: excerpt.file, line: excerpt.firstLine + offset)] = line
            }
        }
        let exit = report.termination.map { " (\(Self.words($0)))" } ?? ""
        var result = "\(report.service) \(report.stage) \(report.status.rawValue) at \(report.revision.short)\(exit): "
        result += TextScrubber.scrub(report.summary) + "\n"
        result += text(report.diagnostics) { location in
            location.line.flatMap { lines[Place(file: location.file, line: $0)] }
        }
        if report.omittedDiagnostics > 0 { result += "... and \(report.omittedDiagnostics) more\n" }
        for suite in report.failedTests?.suites ?? [] {
            for test in suite.cases { result += "failed test: \(suite.name).\(test.name)\n" }
        }
        return result
    }

    private struct Place: Hashable {
        var file: String
        var line: Int
    }

    private func text(_ diagnostics: [Diagnostic], line: (FileLocation) -> String?) -> String {
        var result = ""
        for diagnostic in diagnostics {
            result += header(diagnostic.location, diagnostic.severity, diagnostic.message, group: diagnostic.group)
            result += snippet(diagnostic.location, line)
            for note in diagnostic.notes {
                result += header(note.location, .note, note.message, group: nil) + snippet(note.location, line)
            }
        }
        return result
    }

    private func header(
        _ location: FileLocation?, _ severity: Diagnostic.Severity, _ message: String, group: String?
    ) -> String {
        let place = location.map { "\(TextScrubber.scrub($0.description)): " } ?? ""
        let word = severity == .fatal ? "fatal error" : severity.rawValue
        let suffix = group.map { " [\($0)]" } ?? ""
        return place + coloured(word + ":", severity) + " " + TextScrubber.scrub(message) + suffix + "\n"
    }

    private func snippet(_ location: FileLocation?, _ line: (FileLocation) -> String?) -> String {
        guard let location, let text = line(location) else { return "" }
        let source = TextScrubber.scrub(text)
        guard let column = location.column, column >= 1 else { return source + "\n" }
        // A tab stays a tab, so that the caret stands below its place at any tab width.
        let before = String(decoding: source.utf8.prefix(column - 1), as: UTF8.self)
        let blank = String(before.map { $0 == "\t" ? "\t" : " " })
        return source + "\n" + blank + coloured("^", .note) + "\n"
    }

    private func coloured(_ text: String, _ severity: Diagnostic.Severity) -> String {
        if !usesColour { return text }
        let code =
            switch severity {
            case .fatal, .error: "1;31"
            case .warning: "1;33"
            case .remark, .note: "1;36"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private static func words(_ termination: ToolTermination) -> String {
        switch termination {
        case .exited(let code): "exit \(code)"
        case .signalled(let number): Signals.describe(number)
        case .timedOut: "timed out"
        }
    }
}
