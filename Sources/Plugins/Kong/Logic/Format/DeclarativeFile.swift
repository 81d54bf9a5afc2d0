package import Documents

/// A declarative file, read but not judged.
package struct DeclarativeFile: Sendable {
    /// Relative to the service's folder.
    package var name: String
    package var bytes: [UInt8]
    /// nil when the file holds nothing but comments.
    package var root: DocumentNode?
    /// What the reader complained about although it could read on.
    package var problems: [DocumentProblem]

    /// Bytes of a file that are read; the gateway itself takes some more, but not in one request of ours.
    package static let limit = 24 << 20

    /// - Throws: where the file is neither YAML nor JSON, with the place.
    package init(name: String, bytes: [UInt8]) throws(DocumentProblems) {
        self.name = name
        self.bytes = bytes
        let reading =
            name.hasSuffix(".json")
            ? try DocumentReader.json(bytes, limit: Self.limit) : try DocumentReader.yaml(bytes, limit: Self.limit)
        root = reading.root
        problems = reading.problems
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }
    package var formatVersion: String? { root?["_format_version"]?.text }
}
