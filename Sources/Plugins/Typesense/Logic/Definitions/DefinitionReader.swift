import Documents
import PluginKit
import PluginSupport

/// Reads the files of a service: what they declare, and everything that is wrong with them.
package struct DefinitionReader {
    private let folder: String
    private let layout: SourceLayout
    package private(set) var definitions = Definitions()
    package private(set) var problems: [DefinitionProblem] = []

    /// - Throws: when the folder cannot be read.
    package init(_ folder: String) throws {
        self.folder = folder
        layout = SourceLayout(folder)
        try readCollections()
        for topic in SourceLayout.Topic.allCases where topic != .documents { try read(topic) }
        try readSeeds()
        checkReferences()
    }

    package var errors: [DefinitionProblem] { problems.filter(\.isError) }

    // MARK: collections

    private mutating func readCollections() throws {
        let several = layout.collectionFiles
        for (number, file) in several.enumerated() where number > 0 {
            problems.append(
                .init(file, nil, "there are '\(several[0])' and '\(file)'", "keep all collections in one of them"))
        }
        for file in layout.schemaFiles {
            guard let root = try read(file) else { continue }
            add(root, file)
        }
        guard let file = several.first, let root = try read(file) else { return }
        if let entries = root.entries {
            for entry in entries where entry.key != "collections" {
                problems.append(
                    .init(file, entry.position, "'\(file)' has no member '\(entry.key)'", "there is: collections"))
            }
        }
        guard let items = root.items ?? root["collections"]?.items else {
            problems.append(
                .init(file, root.position, "'\(file)' must be a list of collections, or have one under 'collections'"))
            return
        }
        for item in items { add(item, file) }
    }

    private mutating func add(_ node: DocumentNode, _ file: String) {
        var rules = SchemaRules(file)
        rules.check(node)
        problems += rules.problems
        guard let name = node["name"]?.text, !name.isEmpty, var schema = node.json.object else { return }
        if let other = definitions.collections.first(where: { $0.name == name }) {
            problems.append(
                .init(
                    file, node["name"]?.position, "the collection '\(name)' is declared twice",
                    "the other is in '\(other.location.file)'"))
            return
        }
        for key in ["name", "num_documents", "created_at"] { schema[key] = nil }
        var collection = Definitions.Collection(
            name: name, schema: .object(schema),
            location: .init(file: file, line: node.position.line, column: node.position.column))
        for field in node["fields"]?.items ?? [] {
            guard let name = field["name"]?.text else { continue }
            collection.fieldLocations[name] = .init(
                file: file, line: field.position.line, column: field.position.column)
        }
        definitions.collections.append(collection)
    }

    // MARK: what belongs to them

    private mutating func read(_ topic: SourceLayout.Topic) throws {
        for file in layout.files(of: topic) {
            let name = SourceLayout.name(of: file)
            guard let root = try read(file) else { continue }
            let key = "\(topic.rawValue)/\(name)"
            if let other = definitions.files[key] {
                problems.append(.init(file, nil, "'\(other)' and '\(file)' are about the same", "keep one of them"))
                continue
            }
            definitions.files[key] = file
            switch topic {
            case .synonyms: definitions.synonyms[name] = items(root, .synonym, "synonyms", file)
            case .overrides: definitions.overrides[name] = items(root, .override, "overrides", file)
            case .stopwords: definitions.stopwords[name] = single(root, .stopwords, file)
            case .presets: definitions.presets[name] = single(root, .preset, file)
            case .analytics: definitions.rules[name] = single(root, .analytics, file)
            case .keys: definitions.keys[name] = apiKey(root, file)
            case .aliases: definitions.aliases[name] = single(root, .alias, file)["collection_name"]?.string
            case .documents: break
            }
        }
    }

    private mutating func single(_ root: DocumentNode, _ shape: Shape, _ file: String) -> PluginJSON {
        shape.check(root, file, &problems)
        var members = root.json.object ?? [:]
        for name in shape.ignored { members[name] = nil }
        return .object(members)
    }

    /// A list of items, or a mapping with one under `plural` (as the API hands it out), ids unique.
    private mutating func items(_ root: DocumentNode, _ shape: Shape, _ plural: String, _ file: String) -> [PluginJSON]
    {
        guard let list = root.items ?? root[plural]?.items ?? root["items"]?.items else {
            problems.append(.init(file, root.position, "'\(file)' must be a list, or have one under '\(plural)'"))
            return []
        }
        var ids: Set<String> = []
        for item in list {
            shape.check(item, file, &problems)
            if let id = item["id"], let text = id.text, !ids.insert(text).inserted {
                problems.append(.init(file, id.position, "the id '\(text)' stands there twice"))
            }
        }
        return list.map(\.json)
    }

    private mutating func apiKey(_ root: DocumentNode, _ file: String) -> PluginJSON {
        let json = single(root, .key, file)
        if let value = root["value"], let text = value.text, !SecretReference.isOne(text) {
            problems.append(
                .init(
                    file, value.position, "'value' must be a reference, not the key itself",
                    "write env:NAME or file:/path"))
        }
        if let text = json["description"]?.string,
            definitions.keys.values.contains(where: { $0["description"]?.string == text })
        {
            problems.append(
                .init(
                    file, root["description"]?.position, "another key has the description '\(text)'",
                    "keys are told apart by it"))
        }
        return json
    }

    // MARK: documents

    private mutating func readSeeds() throws {
        for file in layout.files(of: .documents) {
            let name = SourceLayout.name(of: file)
            guard let index = definitions.collections.firstIndex(where: { $0.name == name }) else {
                problems.append(.init(file, nil, nobody(name, "the documents are for"), suggestion(name)))
                continue
            }
            var reader = SeedReader(file)
            definitions.collections[index].seed = try reader.read(folder)
            problems += reader.problems
        }
    }

    // MARK: references

    private mutating func checkReferences() {
        let names = Set(definitions.collections.map(\.name))
        for (topic, used) in [
            ("synonyms", definitions.synonyms.keys.sorted()), ("overrides", definitions.overrides.keys.sorted()),
        ] {
            for name in used where !names.contains(name) {
                problems.append(
                    .init(
                        definitions.files["\(topic)/\(name)"] ?? topic, nil, nobody(name, "the \(topic) are for"),
                        suggestion(name)))
            }
        }
        for alias in definitions.aliases.keys.sorted() where names.contains(alias) {
            problems.append(
                .init(
                    definitions.files["aliases/\(alias)"] ?? alias, nil, "'\(alias)' is a collection's own name",
                    "that alias is kept by the deployer: take the file away"))
        }
    }

    private func nobody(_ name: String, _ what: String) -> String {
        "\(what) '\(name)', and no such collection is declared"
    }
    private func suggestion(_ name: String) -> String? {
        Spelling.nearest(to: name, among: definitions.collections.map(\.name)).map { "did you mean '\($0)'?" }
    }

    /// The tree of a file; nil, with a warning, when there is nothing but comments in it.
    private mutating func read(_ file: String) throws -> DocumentNode? {
        let bytes = try Files.read("\(folder)/\(file)") ?? []
        do throws(DocumentProblems) {
            let isJSON = file.hasSuffix(".json")
            let limit = 32 << 20
            let reading =
                try isJSON ? DocumentReader.json(bytes, limit: limit) : DocumentReader.yaml(bytes, limit: limit)
            problems += reading.problems.map { .init(file, $0.position, $0.message, $0.suggestion) }
            if reading.root == nil {
                problems.append(
                    .init(
                        file, nil, "'\(file)' declares nothing: it is empty, or holds nothing but comments",
                        isError: false))
            }
            return reading.root
        } catch {
            problems += error.problems.map { .init(file, $0.position, $0.message, $0.suggestion) }
            return nil
        }
    }
}
