import Model

/// Findings as workflow commands of GitHub Actions: one line each on standard output makes an annotation.
/// (docs.github.com, "Workflow commands for GitHub Actions", "Setting an error message".)
package enum GitHubAnnotations {
    /// - Parameter root: folder of the service in its repository; annotations want paths from the repository's root.
    package static func lines(_ report: FailureReport, root: String = "") -> [String] {
        var lines = report.diagnostics.map { line($0, root: root) }
        if report.diagnostics.allSatisfy({ !$0.isError }) {
            // A failure that nothing was recognised of is one all the same.
            lines.append(command("error", [("title", "\(report.service): \(report.stage)")], report.summary))
        }
        return lines
    }

    private static func line(_ diagnostic: Diagnostic, root: String) -> String {
        let kind =
            switch diagnostic.severity {
            case .note, .remark: "notice"
            case .warning: "warning"
            case .error, .fatal: "error"
            }
        var properties: [(String, String)] = []
        // Line 0 of what is about a whole file is none there is.
        if let location = diagnostic.location, !location.file.isEmpty {
            let isOutside = location.file.hasPrefix("/") || root.isEmpty
            properties.append(("file", isOutside ? location.file : "\(root)/\(location.file)"))
            if let line = location.line, line >= 1 {
                properties.append(("line", String(line)))
                if let column = location.column, column >= 1 { properties.append(("col", String(column))) }
            }
        }
        properties.append(("title", diagnostic.group.map { "\(diagnostic.code) [\($0)]" } ?? diagnostic.code))
        let notes = diagnostic.notes.map { ($0.location.map { "\($0): " } ?? "") + $0.message }
        return command(kind, properties, ([diagnostic.message] + notes).joined(separator: "\n"))
    }

    /// What a message holds must not become a command of its own.
    private static func command(_ kind: String, _ properties: [(String, String)], _ message: String) -> String {
        let list = properties.map { "\($0)=\(escaped($1, isProperty: true))" }.joined(separator: ",")
        return "::\(kind) \(list)::\(escaped(message, isProperty: false))"
    }

    // As actions/toolkit does it (packages/core/src/command.ts).
    private static func escaped(_ text: String, isProperty: Bool) -> String {
        var result = ""
        for scalar in TextScrubber.scrub(text).unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            case ":" where isProperty: result += "%3A"
            case "," where isProperty: result += "%2C"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
