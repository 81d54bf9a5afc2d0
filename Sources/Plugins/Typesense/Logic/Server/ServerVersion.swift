/// A version of Typesense, as far as its API differs: `0.24.1`, `26.0`, `30.0.rc1`.
package struct ServerVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var description: String
    private let parts: [Int]

    package init(_ text: String) {
        description = text
        parts = text.split(separator: ".").prefix(2).map { Int($0.prefix { $0.isNumber }) ?? 0 }
    }

    package static func < (left: ServerVersion, right: ServerVersion) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }
    package static func == (left: ServerVersion, right: ServerVersion) -> Bool { left.parts == right.parts }
    package func hash(into hasher: inout Hasher) { hasher.combine(parts) }

    /// Synonyms and curation are sets of their own that collections name; before, they belong to one collection each.
    package var hasSets: Bool { self >= ServerVersion("30.0") }
    /// Rules name a collection and an event type; before, `params.source` and `params.destination`.
    package var hasFlatRules: Bool { self >= ServerVersion("30.0") }
    /// A collection's metadata and sets can be changed without its fields.
    package var altersMetadata: Bool { self >= ServerVersion("26.0") }
}
