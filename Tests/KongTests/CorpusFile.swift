import Testing

/// One declarative file with what has to be found in it.
struct CorpusFile: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    /// `line:column code` of each error, in the order of the file; empty for a good file.
    var errors: [String]
    /// Why decK 1.4 judges otherwise; nil where it agrees. Documentation/Kong.md has the reasons.
    var otherwise: Otherwise?

    /// Where `deck validate` and the gateway part, each a row of the page's table.
    enum Otherwise: String, Sendable, CaseIterable {
        case versions = "decK takes any `_format_version`"
        case noRanges = "decK looks at types only"
        case noRules = "decK knows no rules between members"
        case newerEntities = "decK 1.4 is older than the entity"
        case names = "decK wants a name where the gateway makes one up"
        case references = "decK wants mappings for references"
        case comments = "decK refuses `_comment` and `_ignore`"
        case duplicateKeys = "decK takes the last of two members"
        case yamlOneOne = "decK reads YAML 1.1"
        case defaults = "decK wants what the gateway fills in"
    }

    init(_ name: String, _ text: String, _ errors: [String] = [], otherwise: Otherwise? = nil) {
        self.name = name
        self.text = text
        self.errors = errors
        self.otherwise = otherwise
    }

    var testDescription: String { name }

    /// A file of version 3.0 with that in it, which begins in line 2.
    static func with(_ name: String, _ text: String, _ errors: [String] = [], otherwise: Otherwise? = nil) -> CorpusFile
    {
        CorpusFile(name, "_format_version: \"3.0\"\n" + text + "\n", errors, otherwise: otherwise)
    }
}
