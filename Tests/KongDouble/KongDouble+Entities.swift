import PluginKit
import TestSupport

// Lists of entities, one of them, and their schemas. Without a database they are read only.
extension KongDouble {
    private static func schema(_ path: String) -> GatewaySchemas.Entity? {
        GatewaySchemas.all.values.first { $0.path == path }
    }

    /// Paths inside a consumer: `/consumers/x/key-auth` is spelt otherwise than the list of all.
    private static let inner = [
        "acls": "acls", "basic-auth": "basicauth_credentials", "hmac-auth": "hmacauth_credentials",
        "jwt": "jwt_secrets",
        "key-auth": "keyauth_credentials", "oauth2": "oauth2_credentials",
    ]

    private static let enterprise: Set<String> = ["mtls-auths", "consumer_groups", "workspaces", "rbac", "licenses"]

    func entities(_ request: HTTPPeerReader.Request, _ steps: [String], _ query: [String: String]) -> Reply {
        guard let first = steps.first, let schema = Self.schema(first) else {
            // Clients that speak to both editions ask for these, too.
            if Self.enterprise.contains(steps.first ?? "") { return .message(404, "Not found") }
            return violation(request, "no such path")
        }
        guard request.method == "GET" else {
            guard ["POST", "PUT", "PATCH", "DELETE"].contains(request.method) else {
                return violation(request, "the method", 405)
            }
            return Reply(
                405,
                [
                    "code": 12, "name": "operation unsupported",
                    "message": .string("cannot create or update '\(schema.name)' entities when not using a database"),
                ])
        }
        if steps.count == 1 {
            return allowing(["size", "offset", "tags"], query, request) {
                self.page(self.entities(schema.name), steps, query)
            }
        }
        guard let found = find(schema, steps[1]) else { return .message(404, "Not found") }
        if steps.count == 2 { return allowing([], query, request) { Reply(200, .object(found)) } }
        let child =
            schema.name == "consumers" ? Self.inner[steps[2]] ?? steps[2] : Self.schema(steps[2])?.name ?? steps[2]
        guard steps.count == 3, let field = schema.children[child] else { return violation(request, "no such path") }
        return allowing(["size", "offset", "tags"], query, request) {
            let all = self.entities(child).filter { $0[field]?["id"] == found["id"] }
            return self.page(all, steps, query)
        }
    }

    private func find(_ schema: GatewaySchemas.Entity, _ name: String) -> [String: PluginJSON]? {
        guard let name = Self.unescaped(name[...]) else { return nil }
        return entities(schema.name).first { entity in
            entity["id"]?.string == name || schema.key.map { entity[$0]?.string == name } == true
        }
    }

    /// `next` is null at the end, and otherwise the way to the next page.
    private func page(_ all: [[String: PluginJSON]], _ steps: [String], _ query: [String: String]) -> Reply {
        var all = all
        if let tags = query["tags"] {
            let wanted = tags.split { $0 == "," || $0 == "/" }.map(String.init)
            let isEither = tags.contains("/")
            all = all.filter { entity in
                let given = entity["tags"]?.strings ?? []
                return isEither ? wanted.contains(where: given.contains) : wanted.allSatisfy(given.contains)
            }
        }
        guard let size = Int(query["size"] ?? "100"), (1...1000).contains(size) else {
            return Reply(
                400, ["code": 9, "name": "invalid size", "message": "size must be an integer between 1 and 1000"])
        }
        var start = 0
        if let offset = query["offset"] {
            guard let place = Int(offset, radix: 36), place < all.count else {
                return Reply(
                    400, ["code": 7, "name": "invalid offset", "message": .string("'\(offset)' is not a valid offset")])
            }
            start = place
        }
        let end = min(start + size, all.count)
        var body: [String: PluginJSON] = ["data": .array(all[start..<end].map(PluginJSON.object)), "next": .null]
        if end < all.count {
            let offset = String(end, radix: 36)
            body["offset"] = .string(offset)
            let size = query["size"].map { "&size=\($0)" } ?? ""
            body["next"] = .string("/" + steps.joined(separator: "/") + "?offset=\(offset)\(size)")
        }
        return Reply(200, .object(body))
    }

    func schemas(_ request: HTTPPeerReader.Request, _ steps: [String], _ query: [String: String]) -> Reply {
        if !query.isEmpty { return violation(request, "a query", 400) }
        if request.method == "GET", steps.count == 3, steps[1] == "plugins" {
            guard let fields = GatewaySchemas.plugins[steps[2]] else {
                return .message(404, "No plugin named '\(steps[2])'")
            }
            return Reply(200, ["fields": .array(fields.keys.sorted().map { .object([$0: ["type": "string"]]) })])
        }
        guard steps.count > 1, let schema = GatewaySchemas.all[steps[1]] else {
            return .message(404, "No entity named '\(steps.count > 1 ? steps[1] : "")'")
        }
        if request.method == "GET", steps.count == 2 {
            let fields = schema.fields.sorted { $0.key < $1.key }.map { name, field in
                PluginJSON.object([name: ["type": .string(field.type)]])
            }
            return Reply(200, ["fields": .array(fields)])
        }
        guard request.method == "POST", steps.count == 3, steps[2] == "validate" else {
            return violation(request, "no such path")
        }
        guard request["content-type"]?.hasPrefix("application/json") == true,
            let json = try? PluginJSON(parsing: request.body),
            let entity = json.object
        else { return .message(400, "Cannot parse JSON body") }
        return validation(schema, entity)
    }

    private func validation(_ schema: GatewaySchemas.Entity, _ given: [String: PluginJSON]) -> Reply {
        var entity = given
        if schema.name == "services", entity.removeValue(forKey: "url") != nil {
            entity["host"] = entity["host"] ?? "host"
        }
        let errors = EntityJudge(schema).errors(entity, owned: nil)
        if errors.isEmpty { return .message(200, "schema validation successful") }
        var fields: [String: PluginJSON] = [:]
        for (field, message) in errors {
            let steps = (field ?? "@entity").split(separator: ".").map(String.init)
            fields[steps[0]] =
                steps.count == 1
                ? .string(message) : .object([steps.dropFirst().joined(separator: "."): .string(message)])
        }
        let texts = errors.map { "\($0.field ?? "@entity"): \($0.message)" }.joined(separator: "; ")
        let count = errors.count == 1 ? "schema violation" : "\(errors.count) schema violations"
        return Reply(
            400,
            [
                "code": 2, "name": "schema violation", "fields": .object(fields),
                "message": .string("\(count) (\(texts))"),
            ])
    }
}
