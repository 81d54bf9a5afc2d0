/// Turns what libyaml says into a problem with a place and, for the usual mistakes, with what to do.
enum YAMLErrorText {
    static func problem(
        _ context: String?, _ problem: String, at position: SourcePosition, text: DocumentText
    ) -> DocumentProblem {
        let line = text.line(position.line)
        if context == "while scanning an alias" { return alias(in: line, at: position) }
        if problem.lowercased().contains("nest") || problem.contains("recursion") {
            return DocumentProblem(position, "values are nested too deeply")
        }
        let indentation = line.prefix { $0 == " " || $0 == "\t" }
        if indentation.contains("\t") || (position.column <= line.count && line[position.column - 1] == "\t") {
            return DocumentProblem(position, "a tab stands where YAML wants spaces", "indent with spaces")
        }
        let suggestion: String? =
            switch problem {
            case "mapping values are not allowed in this context":
                "put the text before it in quotes, or start a new line"
            case "could not find expected ':'": "write 'key: value', with a space behind the colon"
            case "did not find expected key": "check the indentation of this line"
            case "found character that cannot start any token": "put the value in quotes"
            default: nil
            }
        return DocumentProblem(
            position, "this is no YAML: \(problem)" + (context.map { ", \($0)" } ?? ""), suggestion)
    }

    /// `*.swift` is meant as a glob, and YAML takes it for an alias with an impossible name.
    private static func alias(in line: [Unicode.Scalar], at position: SourcePosition) -> DocumentProblem {
        var start = min(position.column, line.count) - 1
        while start > 0, line[start] != "*" || !isBreak(line[start - 1]) { start -= 1 }
        guard line.indices.contains(start), line[start] == "*" else {
            return DocumentProblem(position, "'*' begins an alias here", "put it in quotes if text is meant")
        }
        var written = String.UnicodeScalarView()
        written.append(contentsOf: line[start...].prefix { !isBreak($0) })
        let word = String(written)
        return DocumentProblem(
            SourcePosition(line: position.line, column: start + 1),
            "'\(word)' begins with '*', which YAML takes for an alias", "put it in quotes: \"\(word)\"")
    }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "," || scalar == "[" || scalar == "]" || scalar == "{"
            || scalar == "}"
    }
}
