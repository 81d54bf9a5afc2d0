import PluginSupport

/// Which files of a folder are read, and what each is for. Paths are relative to the folder.
package struct SourceLayout {
    private let folder: String
    package init(_ folder: String) { self.folder = folder }

    /// `schemas/books.schema.json`: one collection each, as the API takes it.
    package var schemaFiles: [String] { files(in: "schemas", endings: [".schema.json"]) }
    /// All collections in one file: a list, or a mapping with the key `collections`.
    package var collectionFiles: [String] {
        ["collections.yaml", "collections.yml", "collections.json"].filter { Files.kind("\(folder)/\($0)") == .file }
    }
    package func files(of topic: Topic) -> [String] {
        files(in: topic.rawValue, endings: topic == .documents ? [".jsonl"] : [".json", ".yaml", ".yml"])
    }

    /// A folder of files, each named for what it is about.
    package enum Topic: String, CaseIterable, Sendable {
        case aliases, synonyms, overrides, stopwords, presets, analytics, keys, documents

        /// For people.
        package var singular: String {
            switch self {
            case .aliases: "alias"
            case .synonyms: "synonyms of"
            case .overrides: "overrides of"
            case .stopwords: "stopwords set"
            case .presets: "preset"
            case .analytics: "analytics rule"
            case .keys: "key"
            case .documents: "documents of"
            }
        }
    }

    /// `books` of `synonyms/books.json`.
    package static func name(of path: String) -> String {
        let file = path.split(separator: "/").last ?? ""
        for ending in [".schema.json", ".jsonl", ".json", ".yaml", ".yml"] where file.hasSuffix(ending) {
            return String(file.dropLast(ending.count))
        }
        return String(file)
    }

    private func files(in subfolder: String, endings: [String]) -> [String] {
        let names = (try? Files.names(in: "\(folder)/\(subfolder)")) ?? []
        return names.filter { name in
            !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) }
                && Files.kind("\(folder)/\(subfolder)/\(name)") == .file
        }.map { "\(subfolder)/\($0)" }
    }
}
