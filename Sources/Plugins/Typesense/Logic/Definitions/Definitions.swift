package import PluginKit

/// What the files of a service declare. Everything in it is as the API takes it.
package struct Definitions: Sendable {
    package struct Collection: Sendable {
        /// The name by which it is searched: an alias, once the collection behind it has been replaced.
        package var name: String
        /// Without the name.
        package var schema: PluginJSON
        /// Where it is declared, with the place of each field.
        package var location: PluginDiagnostic.Location
        package var fieldLocations: [String: PluginDiagnostic.Location] = [:]
        package var fields: [PluginJSON] { schema["fields"]?.array ?? [] }
        /// JSON Lines to upsert.
        package var seed: Seed?
    }
    package struct Seed: Hashable, Sendable {
        /// Relative to the source folder.
        package var file: String
        package var digest: String
        package var count: Int
    }

    package var collections: [Collection] = []
    /// By alias: collection.
    package var aliases: [String: String] = [:]
    /// By collection: items, each with its id. A collection without a file keeps what it has.
    package var synonyms: [String: [PluginJSON]] = [:]
    package var overrides: [String: [PluginJSON]] = [:]
    /// By name.
    package var stopwords: [String: PluginJSON] = [:]
    package var presets: [String: PluginJSON] = [:]
    package var rules: [String: PluginJSON] = [:]
    package var keys: [String: PluginJSON] = [:]
    /// By `topic/name`: the file.
    package var files: [String: String] = [:]

    package init() {}
    package var isEmpty: Bool {
        collections.isEmpty && aliases.isEmpty && synonyms.isEmpty && overrides.isEmpty && stopwords.isEmpty
            && presets.isEmpty && rules.isEmpty && keys.isEmpty
    }
}
