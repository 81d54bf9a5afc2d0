import PluginKit

/// Judges one entity by its schema, in the gateway's words.
struct EntityJudge {
    typealias Members = GatewayConfiguration.Members
    typealias Errors = [(field: String?, message: String)]

    private let schema: GatewaySchemas.Entity
    init(_ schema: GatewaySchemas.Entity) { self.schema = schema }

    /// - Parameter owned: the field that says whom it belongs to, where it stands inside that.
    func errors(_ entity: Members, owned: String?) -> Errors {
        var errors = Self.errors(entity, schema.fields, "", without: owned)
        if schema.name == "plugins", let name = entity["name"]?.string {
            if let fields = GatewaySchemas.plugins[name] {
                let config = entity["config"]?.object ?? [:]
                errors += Self.errors(config, fields, "config.", isOpen: fields.isEmpty)
                if name == "rate-limiting", config["minute"] == nil, config["hour"] == nil {
                    errors.append(("config", "at least one of these fields must be non-empty: 'minute', 'hour'"))
                }
            } else {
                let text = "plugin '\(name)' not enabled; add it to the 'plugins' configuration property"
                errors.append(("name", text))
            }
        }
        for (name, value) in entity.sorted(by: { $0.key < $1.key }) {
            for text in value.strings ?? value.string.map({ [$0] }) ?? [] where !text.hasPrefix("{vault://") {
                if let message = TextForms.complaint(schema.name, name, text) { errors.append((name, message)) }
            }
        }
        if errors.isEmpty { errors += whole(entity) }
        return errors
    }

    private static func errors(
        _ members: Members, _ fields: [String: GatewaySchemas.Field], _ prefix: String, without owned: String? = nil,
        isOpen: Bool = false
    ) -> Errors {
        var errors: Errors = []
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let field = fields[name] else {
                if !isOpen { errors.append((prefix + name, "unknown field")) }
                continue
            }
            if let inner = value.object, field.type == "record" {
                errors += Self.errors(inner, field.fields, prefix + name + ".")
            } else if let message = complaint(value, field) {
                errors.append((prefix + name, message))
            }
        }
        for (name, field) in fields.sorted(by: { $0.key < $1.key })
        where field.isRequired && members[name] == nil && name != owned && field.fallback == nil {
            errors.append((prefix + name, "required field missing"))
        }
        return errors
    }

    private static func complaint(_ value: PluginJSON, _ field: GatewaySchemas.Field) -> String? {
        // What a vault holds is looked at when it is needed.
        if let text = value.string, text.hasPrefix("{vault://") { return nil }
        switch field.type {
        case "string", "uuid": if value.string == nil { return "expected a string" }
        case "integer": if value.integer == nil { return "expected an integer" }
        case "number": if value.number == nil { return "expected a number" }
        case "boolean": if value.bool == nil { return "expected a boolean" }
        case "list", "texts": if value.array == nil { return "expected a set" }
        case "map": if value.object == nil { return "expected a map" }
        case "record": return "expected a record"
        case "foreign": if value.string == nil, value["id"]?.string == nil { return "expected a string" }
        default: break
        }
        if field.type == "texts", let items = value.array {
            for item in items where item.string == nil { return "expected a string" }
        }
        if field.type == "prefix" {
            guard let text = value.string,
                text.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") })
            else {
                return "invalid value: \(value.text)"
            }
        }
        if field.type == "uuid", let text = value.string, text.count != 36 { return "expected a valid UUID" }
        if let number = value.number, let between = field.between, !between.contains(number) {
            return "value should be between \(Int(between.lowerBound)) and \(Int(between.upperBound))"
        }
        guard !field.words.isEmpty else { return nil }
        let words = field.words.map { $0.string ?? $0.text }.joined(separator: ", ")
        for item in value.array ?? [value] where !field.words.contains(item) { return "expected one of: \(words)" }
        return nil
    }

    private func whole(_ entity: Members) -> Errors {
        switch schema.name {
        case "consumers" where entity["username"] == nil && entity["custom_id"] == nil:
            return [(nil, "at least one of these fields must be non-empty: 'custom_id', 'username'")]
        case "keys" where (entity["jwk"] == nil) == (entity["pem"] == nil):
            let rule =
                entity["jwk"] == nil
                ? "at least one of these fields must be non-empty" : "only one or none of these fields must be set"
            return [(nil, "\(rule): 'jwk', 'pem'")]
        case "routes": return routeErrors(entity)
        case "upstreams": return upstreamErrors(entity)
        case "services": return serviceErrors(entity)
        case "jwt_secrets": return jwtErrors(entity)
        default: return []
        }
    }

    static func filled(_ members: Members, _ fields: [String: GatewaySchemas.Field]) -> Members {
        var members = members
        for (name, field) in fields {
            if field.type == "record", !field.fields.isEmpty {
                let inner = filled(members[name]?.object ?? [:], field.fields)
                if !inner.isEmpty { members[name] = .object(inner) }
            } else if members[name] == nil, let fallback = field.fallback {
                members[name] = fallback
            }
        }
        return members
    }
}
