import Documents
package import PluginKit
import PluginSupport

/// Recognises a folder of Typesense schemas; writes nothing and asks no server.
package enum Detection {
    /// nil for a folder that holds no schema.
    package static func evidence(in folder: String) -> KindEvidence? {
        let sources = SourceLayout(folder)
        for path in sources.collectionFiles {
            if let count = collections(at: "\(folder)/\(path)", path) {
                return evidence(90, "\(path) with \(Self.spoken(count)) found")
            }
        }
        let schemas = sources.schemaFiles
        guard !schemas.isEmpty else { return nil }
        // The ending is JSON Schema's as well: what is inside decides.
        let isOurs = schemas.contains { path in
            guard let root = read("\(folder)/\(path)", path) else { return false }
            return root["fields"]?.items != nil && root["properties"] == nil
        }
        if isOurs {
            return evidence(90, "\(schemas[0]) found" + (schemas.count > 1 ? " and \(schemas.count - 1) more" : ""))
        }
        let isEmpty = schemas.allSatisfy { read("\(folder)/\($0)", $0) == nil }
        return isEmpty ? evidence(40, "\(schemas[0]) found, without a schema in it") : nil
    }

    private static func evidence(_ confidence: Int, _ text: String) -> KindEvidence {
        KindEvidence(kind: TypesensePlugin.kind, confidence: confidence, evidence: text)
    }

    private static func spoken(_ count: Int) -> String { count == 1 ? "1 collection" : "\(count) collections" }

    /// How many collections a file of several declares; nil when it is something else.
    private static func collections(at file: String, _ path: String) -> Int? {
        guard let root = read(file, path), let items = root.items ?? root["collections"]?.items, !items.isEmpty,
            items.allSatisfy({ $0["name"] != nil && $0["fields"]?.items != nil })
        else { return nil }
        return items.count
    }

    private static func read(_ file: String, _ path: String) -> DocumentNode? {
        guard let bytes = try? Files.read(file, limit: DocumentReader.usualLimit) else { return nil }
        let isJSON = path.hasSuffix(".json")
        return (try? isJSON ? DocumentReader.json(bytes) : DocumentReader.yaml(bytes))?.root
    }
}
