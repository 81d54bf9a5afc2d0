package import Documents

/// One thing that is wrong in a configuration, with the place where it stands.
package struct ConfigurationProblem: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The file as it was named by whoever read it; `environment` or `command line` for values from there.
    package var source: String
    /// From 1; nil where the whole source is meant. Columns count characters as editors do (Unicode scalars).
    package var line: Int?
    package var column: Int?
    /// What is wrong, with the name of the key.
    package var message: String
    /// What to write instead.
    package var suggestion: String?

    package init(
        source: String, line: Int? = nil, column: Int? = nil, message: String, suggestion: String? = nil
    ) {
        self.source = source
        self.line = line
        self.column = column
        self.message = message
        self.suggestion = suggestion
    }

    package init(_ problem: DocumentProblem, in source: String) {
        self.init(
            source: source, line: problem.position?.line, column: problem.position?.column, message: problem.message,
            suggestion: problem.suggestion)
    }

    /// `deployer.yaml:3:5: unknown key 'depend_on' in 'services.api' - did you mean 'depends_on'?`
    package var description: String {
        let place = [source, line.map(String.init), line == nil ? nil : column.map(String.init)]
            .compactMap { $0 }.joined(separator: ":")
        return "\(place): \(message)" + (suggestion.map { " - \($0)" } ?? "")
    }
}
