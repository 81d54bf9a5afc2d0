import Documents
package import PluginKit

/// Something that is wrong with a file, with its place.
package struct DefinitionProblem: Hashable, Sendable {
    package var file: String
    package var line: Int?
    package var column: Int?
    package var message: String
    package var suggestion: String?
    package var isError: Bool

    init(
        _ file: String, _ position: SourcePosition?, _ message: String, _ suggestion: String? = nil,
        isError: Bool = true
    ) {
        self.file = file
        line = position?.line
        column = position?.column
        self.message = message
        self.suggestion = suggestion
        self.isError = isError
    }

    package var diagnostic: PluginDiagnostic {
        var diagnostic = PluginDiagnostic(
            isError ? .error : .warning, code: isError ? "typesense.definition" : "typesense.definition.unused",
            summary: message, at: .init(file: file, line: line, column: column))
        diagnostic.detail = suggestion
        return diagnostic
    }
}
