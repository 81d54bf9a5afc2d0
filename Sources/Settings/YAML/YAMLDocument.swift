internal import Yams

/// Reads one YAML document into a tree with places; whatever the bytes are, it ends soon and says what is wrong.
enum YAMLDocument {
    /// Duplicate keys repaired and reported in one reading; Yams stops at each.
    private static let mostDuplicates = 20

    struct Reading {
        /// nil for a file without a value (empty, or nothing but comments).
        var root: YAMLNode?
        var problems: [ConfigurationProblem]
    }

    /// - Throws: when there is no tree at all: not UTF-8, too large, a syntax error.
    static func read(_ bytes: [UInt8], source: String) throws(ConfigurationProblems) -> Reading {
        var text = try YAMLText(bytes, source: source)
        for _ in 0...mostDuplicates {
            do {
                // Nodes refer to their anchors weakly: the parser keeps them alive.
                let parser = try Parser(yaml: text.prepared, resolver: .basic, encoding: .utf8)
                return try withExtendedLifetime(parser) { () throws -> Reading in
                    guard let node = try parser.singleRoot() else { return Reading(root: nil, problems: []) }
                    var converter = YAMLConverter(text: text, source: source)
                    let root = converter.convert(node)
                    return Reading(root: root, problems: converter.problems)
                }
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let position = text.position(line: context.mark.line, column: context.mark.column)
                if text.distinguish(line: context.mark.line, column: context.mark.column) { continue }
                let name = names.first.map { text.restored($0) } ?? "?"
                throw ConfigurationProblems(
                    .init(
                        source: source, line: position.line, column: position.column,
                        message: "the key '\(name)' stands there more than once"))
            } catch {
                throw ConfigurationProblems(YAMLErrorText.problem(error, text: text, source: source))
            }
        }
        throw ConfigurationProblems(
            .init(source: source, message: "more than \(mostDuplicates) keys stand there more than once"))
    }
}
