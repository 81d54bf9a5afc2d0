/// One thing that is wrong with a file, with the place where it stands.
package struct DocumentProblem: Hashable, Sendable, CustomStringConvertible {
    /// nil where the whole file is meant.
    package var position: SourcePosition?
    package var message: String
    /// What to write instead.
    package var suggestion: String?

    package init(_ position: SourcePosition?, _ message: String, _ suggestion: String? = nil) {
        self.position = position
        self.message = message
        self.suggestion = suggestion
    }

    /// `3:5: a tab stands where YAML wants spaces - indent with spaces`
    package var description: String {
        (position.map { "\($0.line):\($0.column): " } ?? "") + message + (suggestion.map { " - \($0)" } ?? "")
    }
}

/// Why a file has no tree at all; never empty.
package struct DocumentProblems: Error, Hashable, Sendable {
    package var problems: [DocumentProblem]
    package init(_ problems: [DocumentProblem]) { self.problems = problems }
    package init(_ problem: DocumentProblem) { problems = [problem] }
}
