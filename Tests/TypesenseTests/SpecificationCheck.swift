import Documents
import Foundation
import PluginKit
import Testing

/// Holds requests against the official description of the API (OpenAPI 3, typesense-api-spec), where that is there.
enum SpecificationCheck {
    static let path: String? = {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["DEPLOYER_TEST_SPECS"]
            ?? checkout.appendingPathComponent("../shared/specs").standardizedFileURL.path
        let file = "\(folder)/typesense-openapi.yml"
        return FileManager.default.isReadableFile(atPath: file) ? file : nil
    }()
    static let missing =
        "the API's description is not there (DEPLOYER_TEST_SPECS, or ../shared/specs beside the checkout)"

    private static let document = Result { () throws -> DocumentNode? in
        guard let path else { return nil }
        return try DocumentReader.yaml(Array(Data(contentsOf: URL(fileURLWithPath: path))), limit: 4 << 20).root
    }

    /// What older servers know and the description of version 30 does not; the real server of the tests answers these.
    static let older: Set<String> = [
        "GET /collections/*/synonyms", "PUT /collections/*/synonyms/*", "DELETE /collections/*/synonyms/*",
        "GET /collections/*/overrides", "PUT /collections/*/overrides/*", "DELETE /collections/*/overrides/*",
    ]

    /// Operations of the description that the requests are, each checked.
    @discardableResult
    static func verify(_ requests: [Recorder.Request]) throws -> Set<String> {
        guard let document = try document.get(), let paths = document["paths"]?.entries else { return [] }
        var used: Set<String> = []
        for request in requests {
            let (path, query) = split(request.url)
            guard let (template, operation) = find(request.method, path, paths) else {
                let isOlder = older.contains { pattern in
                    let parts = pattern.split(separator: " ")
                    return parts[0] == request.method && matches(path, String(parts[1]))
                }
                #expect(isOlder, "the API has no \(request.method) \(path)")
                continue
            }
            used.insert("\(request.method) \(template)")
            #expect(
                request.headers.contains { $0.name.uppercased() == "X-TYPESENSE-API-KEY" },
                "\(request.method) \(path) without a key")
            let known = parameters(operation, document)
            for name in query {
                #expect(known.contains(name), "\(request.method) \(template) has no parameter '\(name)'")
            }
            try checkBody(request, template, operation, document)
        }
        return used
    }

    private static func checkBody(
        _ request: Recorder.Request, _ template: String, _ operation: DocumentNode, _ document: DocumentNode
    ) throws {
        guard !request.body.isEmpty else {
            // A body that is written in pieces is not seen here.
            return
        }
        guard let content = operation["requestBody"]?["content"]?.entries else {
            Issue.record("\(request.method) \(template) takes no body")
            return
        }
        guard let schema = content.first(where: { $0.key == "application/json" })?.value["schema"] else { return }
        let json = try PluginJSON(parsing: request.body)
        var problems = Validator(document: document).problems(json, schema, "")
        // The description calls `fields` required; the server takes metadata alone and refuses an empty list beside it (0.24.1
        // answers "should be an array of objects" to the list).
        if request.method == "PATCH", json["metadata"] != nil || json["synonym_sets"] != nil {
            problems.removeAll { $0 == " has no 'fields'" }
        }
        #expect(problems.isEmpty, "\(request.method) \(template): \(problems) in \(json.text.prefix(400))")
    }

    private static func split(_ url: String) -> (path: [String], query: [String]) {
        let rest = url.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        let parts = rest.split(separator: "?", maxSplits: 1)
        let names = parts.count > 1 ? parts[1].split(separator: "&").map { String($0.prefix { $0 != "=" }) } : []
        return (parts.first?.split(separator: "/").map(String.init) ?? [], names)
    }

    private static func matches(_ path: [String], _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "/")
        return parts.count == path.count
            && zip(parts, path).allSatisfy { $0 == "*" || $0.hasPrefix("{") || $0 == $1 }
    }

    private static func find(
        _ method: String, _ path: [String], _ paths: [DocumentEntry]
    ) -> (String, DocumentNode)? {
        let found = paths.filter { matches(path, $0.key) && $0.value[method.lowercased()] != nil }
            // `/documents/export` before `/documents/{documentId}`.
            .min { $0.key.count { $0 == "{" } < $1.key.count { $0 == "{" } }
        return found.flatMap { entry in entry.value[method.lowercased()].map { (entry.key, $0) } }
    }

    /// Query parameters, with the members of those that are objects.
    private static func parameters(_ operation: DocumentNode, _ document: DocumentNode) -> Set<String> {
        var names: Set<String> = []
        for parameter in operation["parameters"]?.items ?? [] where parameter["in"]?.text == "query" {
            let schema = parameter["schema"].map { Validator(document: document).resolved($0) }
            if let members = schema?["properties"]?.entries {
                names.formUnion(members.map(\.key))
            } else if let name = parameter["name"]?.text {
                names.insert(name)
            }
        }
        return names
    }

    /// The part of JSON Schema that the description uses. Members that it does not name are complaints: the server would pass
    /// them over.
    struct Validator {
        let document: DocumentNode

        func resolved(_ schema: DocumentNode) -> DocumentNode {
            guard let reference = schema["$ref"]?.text else { return schema }
            return reference.split(separator: "/").dropFirst().reduce(Optional(document)) { $0?[String($1)] } ?? schema
        }

        func problems(_ value: PluginJSON, _ schema: DocumentNode, _ place: String) -> [String] {
            let schema = resolved(schema)
            if let choices = schema["oneOf"]?.items {
                let each = choices.map { problems(value, $0, place) }
                return each.contains { $0.isEmpty } ? [] : each.first ?? []
            }
            if let values = schema["enum"]?.items, !values.contains(where: { $0.text == value.string }) {
                return ["\(place): \(value.text) is none of the values"]
            }
            switch schema["type"]?.text {
            case "string": return value.string == nil ? ["\(place) is no string"] : []
            case "boolean": return value.bool == nil ? ["\(place) is no boolean"] : []
            case "integer": return value.integer == nil ? ["\(place) is no integer"] : []
            case "array":
                guard let items = value.array else { return ["\(place) is no array"] }
                guard let item = schema["items"] else { return [] }
                return items.enumerated().flatMap { problems($1, item, "\(place)/\($0)") }
            default: return objectProblems(value, schema, place)
            }
        }

        private func objectProblems(_ value: PluginJSON, _ schema: DocumentNode, _ place: String) -> [String] {
            let (members, required) = members(of: schema)
            guard !members.isEmpty || !required.isEmpty else { return [] }
            guard let object = value.object else { return ["\(place) is no object"] }
            var problems = required.filter { object[$0] == nil }.map { "\(place) has no '\($0)'" }
            for (name, value) in object {
                if let member = members[name] {
                    problems += self.problems(value, member, "\(place)/\(name)")
                } else {
                    problems.append("\(place) may have no '\(name)'")
                }
            }
            return problems
        }

        private func members(of schema: DocumentNode) -> ([String: DocumentNode], Set<String>) {
            var (members, required): ([String: DocumentNode], Set<String>) = ([:], [])
            for part in [schema] + (schema["allOf"]?.items ?? []) {
                let part = resolved(part)
                for entry in part["properties"]?.entries ?? [] { members[entry.key] = entry.value }
                required.formUnion(part["required"]?.items?.compactMap(\.text) ?? [])
                if part["allOf"] != nil, part != schema {
                    let (more, needed) = self.members(of: part)
                    members.merge(more) { first, _ in first }
                    required.formUnion(needed)
                }
            }
            return (members, required)
        }
    }
}
