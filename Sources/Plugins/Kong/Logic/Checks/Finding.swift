package import Documents
package import PluginKit

/// One thing that is wrong with a declarative file.
package struct Finding: Hashable, Sendable {
    package var severity: PluginDiagnostic.Severity
    package var code: String
    package var message: String
    package var position: SourcePosition?
    package var detail: String?
    /// What stands at the position, and what should stand there instead.
    package var correction: Correction?

    package struct Correction: Hashable, Sendable {
        package var wrong: String
        package var right: String
        package init(_ wrong: String, _ right: String) {
            self.wrong = wrong
            self.right = right
        }
    }

    package init(
        _ severity: PluginDiagnostic.Severity, _ code: String, _ message: String,
        at position: SourcePosition?, detail: String? = nil, correction: Correction? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.position = position
        self.detail = detail
        self.correction = correction
    }

    /// An error.
    package init(
        _ code: String, _ message: String, at position: SourcePosition?, detail: String? = nil,
        correction: Correction? = nil
    ) {
        self.init(.error, code, message, at: position, detail: detail, correction: correction)
    }

    package var isError: Bool { severity.rawValue >= PluginDiagnostic.Severity.error.rawValue }

    /// - Parameter file: relative to the service's folder.
    package func diagnostic(in file: String) -> PluginDiagnostic {
        var diagnostic = PluginDiagnostic(
            severity, code: code, summary: message,
            at: .init(file: file, line: position?.line, column: position?.column))
        diagnostic.detail = detail
        if let position, let correction {
            diagnostic.fixIts = [
                .init(
                    file: file, startLine: position.line, startColumn: position.column, endLine: position.line,
                    endColumn: position.column + correction.wrong.utf8.count, replacement: correction.right)
            ]
        }
        return diagnostic
    }
}
