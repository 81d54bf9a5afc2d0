internal import Yams

/// Turns what the YAML parser says into a problem with a place and, for the usual mistakes, with what to do.
enum YAMLErrorText {
    static func problem(_ error: any Error, text: YAMLText, source: String) -> ConfigurationProblem {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let position = text.position(line: mark.line, column: mark.column)
            let (message, suggestion) = explain(context?.text, problem, at: position, text: text)
            return ConfigurationProblem(
                source: source, line: position.line, column: position.column, message: message, suggestion: suggestion)
        case YamlError.reader(let problem, _, _, _):
            return ConfigurationProblem(source: source, message: "the file is no YAML: \(problem)")
        default:
            return ConfigurationProblem(source: source, message: "the file is no YAML: \(error)")
        }
    }

    private static func explain(_ context: String?, _ problem: String, at position: SourcePosition, text: YAMLText)
        -> (String, String?)
    {
        if problem.contains("another document") {
            return ("a second document begins here; the file may hold one", "remove the '---'")
        }
        if problem.lowercased().contains("nest") || problem.contains("recursion") {
            return ("values are nested too deeply", nil)
        }
        let line = text.lines.indices.contains(position.line - 1) ? text.lines[position.line - 1] : []
        let indentation = line.prefix { $0 == " " || $0 == "\t" }
        if indentation.contains("\t") || (position.column <= line.count && line[position.column - 1] == "\t") {
            return ("a tab stands where YAML wants spaces", "indent with spaces")
        }
        let context = context.map { ", \($0)" } ?? ""
        let suggestion: String? =
            switch problem {
            case "mapping values are not allowed in this context":
                "put the text before it in quotes, or start a new line"
            case "could not find expected ':'": "write 'key: value', with a space behind the colon"
            case "did not find expected key": "check the indentation of this line"
            case "found character that cannot start any token": "put the value in quotes"
            default: nil
            }
        return ("this is no YAML: \(problem)\(context)", suggestion)
    }
}
