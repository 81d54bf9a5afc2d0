import Documents
import PluginKit

/// The double's own knowledge of the gateway's entities, written from the official description and not from the plugin's
/// table: two that err in the same place would agree.
enum GatewaySchemas {
    struct Field: Sendable {
        var type: String
        var words: [PluginJSON] = []
        var between: ClosedRange<Double>?
        var isRequired = false
        var isUnique = false
        var fallback: PluginJSON?
        var fields: [String: Field] = [:]
        var reference: String?
        /// The gateway makes one up.
        var isAutomatic = false
    }

    struct Entity: Sendable {
        var name: String
        var key: String?
        /// As the Admin API calls it in paths.
        var path: String
        var fields: [String: Field]
        /// Child entities, with their field for this one.
        var children: [String: String] = [:]
    }

    static let all: [String: Entity] = {
        guard let root = try? DocumentReader.yaml(Array(text.utf8)).root else {
            preconditionFailure("the schemas are no YAML")
        }
        var entities: [String: Entity] = [:]
        for entry in root.entries ?? [] {
            var fields = [
                "id": Field(type: "uuid", isAutomatic: true), "created_at": Field(type: "number", isAutomatic: true),
                "tags": Field(type: "texts"),
            ]
            if stamped.contains(entry.key) { fields["updated_at"] = Field(type: "number", isAutomatic: true) }
            for member in entry.value["fields"]?.entries ?? [] { fields[member.key] = field(member.value) }
            entities[entry.key] = Entity(
                name: entry.key, key: entry.value["key"]?.text, path: entry.value["path"]?.text ?? entry.key,
                fields: fields)
        }
        for entity in entities.values {
            for (name, field) in entity.fields {
                if let parent = field.reference, parent != "certificates" || entity.name == "snis" {
                    entities[parent]?.children[entity.name] = name
                }
            }
        }
        return entities
    }()

    /// Those that say when they were changed.
    private static let stamped: Set<String> = [
        "services", "routes", "plugins", "vaults", "keys", "key_sets", "filter_chains",
    ]

    private static func field(_ node: DocumentNode) -> Field {
        if let short = node.text { return Field(type: short) }
        var field = Field(type: node["type"]?.text ?? "string")
        field.words = node["one_of"]?.items?.map(json) ?? []
        if let range = node["between"]?.items?.map(json).compactMap(\.number), range.count == 2 {
            field.between = range[0]...range[1]
        }
        field.isRequired = node["required"]?.scalar == .boolean(true)
        field.isUnique = node["unique"]?.scalar == .boolean(true)
        field.isAutomatic = node["auto"]?.scalar == .boolean(true)
        field.fallback = node["default"].map(json)
        field.reference = node["reference"]?.text
        if field.reference != nil { field.type = "foreign" }
        for member in node["fields"]?.entries ?? [] { field.fields[member.key] = Self.field(member.value) }
        if !field.fields.isEmpty { field.type = "record" }
        return field
    }

    static func json(_ node: DocumentNode) -> PluginJSON {
        switch node.content {
        case .list(let items): return .array(items.map(json))
        case .mapping(let entries):
            return .object(Dictionary(entries.map { ($0.key, json($0.value)) }, uniquingKeysWith: { $1 }))
        case .scalar(let written, let isPlain):
            // Words that its YAML library reads as version 1.1 does.
            if isPlain, ["yes", "on"].contains(written.lowercased()) { return .bool(true) }
            if isPlain, ["no", "off"].contains(written.lowercased()) { return .bool(false) }
            switch node.scalar {
            case .boolean(let value): return .bool(value)
            case .integer(let value): return .integer(value)
            case .number(let value): return .number(value)
            case .text(let value): return .string(value)
            case .null, nil: return .null
            }
        }
    }

    /// Plugins that are enabled, each with the members of its configuration that the double judges; the rest is accepted.
    static let plugins: [String: [String: Field]] = [
        "acl": [:], "basic-auth": [:], "cors": [:], "hmac-auth": [:], "jwt": [:], "oauth2": [:], "prometheus": [:],
        "correlation-id": [:], "ip-restriction": [:], "request-transformer": [:], "file-log": [:],
        "key-auth": [
            "key_names": Field(type: "list", fallback: ["apikey"]),
            "hide_credentials": Field(type: "boolean", fallback: false),
        ],
        "http-log": [
            "http_endpoint": Field(type: "string", isRequired: true),
            "timeout": Field(type: "number", fallback: 10_000),
        ],
        "rate-limiting": [
            "minute": Field(type: "number", between: 1...1e9), "hour": Field(type: "number", between: 1...1e9),
            "policy": Field(type: "string", words: ["local", "cluster", "redis"], fallback: "local"),
        ],
        "request-termination": [
            "status_code": Field(type: "integer", between: 100...599, fallback: 503), "message": Field(type: "string"),
        ],
    ]
}
