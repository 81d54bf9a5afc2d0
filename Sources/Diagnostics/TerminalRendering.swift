package import Model

/// Findings as a compiler would print them: `file:line:column: error: message`, the line, a caret.
package struct TerminalRendering: Sendable {
    package var usesColour: Bool
    package init(usesColour: Bool = false) { self.usesColour = usesColour }

    /// - Parameter source: the text of a file, nil where it cannot be read; then no line is shown.
    package func text(_ diagnostics: [Diagnostic], source: (String) -> String?) -> String { "" }
    package func text(_ report: FailureReport) -> String { "" }
}
