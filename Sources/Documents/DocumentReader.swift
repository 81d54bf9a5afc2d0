/// What a file holds.
package struct DocumentReading: Sendable {
    /// nil for a file without a value (empty, or nothing but comments).
    package var root: DocumentNode?
    /// What is wrong with it although it can be read: keys that stand there twice, aliases without an anchor.
    package var problems: [DocumentProblem]
}

/// Reads one YAML or JSON document into a tree with places; whatever the bytes are, it ends soon and says what is wrong.
package enum DocumentReader {
    /// Bytes that are read where nobody says otherwise; larger files are refused unread.
    package static let usualLimit = 1 << 20
    /// Mappings and lists within each other.
    package static let maximumDepth = 64

    /// Reads YAML (https://yaml.org/spec/1.2.2/), one document, through the system's libyaml.
    ///
    /// - Throws: when there is no tree at all: not UTF-8, too large, a syntax error.
    package static func yaml(_ bytes: [UInt8], limit: Int = usualLimit) throws(DocumentProblems) -> DocumentReading {
        var builder = YAMLBuilder(YAMLEvents(try DocumentText(bytes, limit: limit, format: "YAML")))
        return try builder.read()
    }

    /// Reads JSON (RFC 8259). A file without a value has no root, as with YAML.
    ///
    /// - Throws: when there is no tree at all: not UTF-8, too large, a syntax error.
    package static func json(_ bytes: [UInt8], limit: Int = usualLimit) throws(DocumentProblems) -> DocumentReading {
        var parser = JSONParser(try DocumentText(bytes, limit: limit, format: "JSON"))
        return try parser.read()
    }
}
