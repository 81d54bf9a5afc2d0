import Model

/// What the host itself reads of the JSON Schema of a plugin's options.
enum OptionTypes {
    private static let types: Set<String> = ["null", "boolean", "object", "array", "number", "integer", "string"]

    /// A `type` that JSON Schema does not have, for people, with its place as a JSON Pointer: no value would ever be valid.
    static func problem(in schema: JSONValue, at pointer: String = "") -> String? {
        guard case .object(let members) = schema else { return nil }
        let named: [JSONValue]
        switch members["type"] {
        case .none: named = []
        case .array(let several): named = several
        case .some(let one): named = [one]
        }
        for type in named {
            guard let name = type.string, types.contains(name) else {
                return
                    "its configuration is no JSON Schema: '\(type.string?.prefix(80) ?? "?")' at \(pointer)/type is no type"
            }
        }
        for name in ["items", "additionalProperties"] {
            if let inner = members[name], let problem = problem(in: inner, at: "\(pointer)/\(name)") { return problem }
        }
        guard case .object(let properties) = members["properties"] else { return nil }
        for (name, inner) in properties.sorted(by: { $0.key < $1.key }) {
            if let problem = problem(in: inner, at: "\(pointer)/properties/\(name)") { return problem }
        }
        return nil
    }

    /// The texts at places that the schema marks `"sensitive": true`, also nested ones; all texts below such a place.
    static func sensitiveTexts(in value: JSONValue, _ schema: JSONValue?, isSensitive: Bool = false) -> [String] {
        let isSensitive = isSensitive || schema?["sensitive"] == .bool(true)
        switch value {
        case .string(let text): return isSensitive ? [text] : []
        case .array(let items):
            return items.flatMap { sensitiveTexts(in: $0, schema?["items"], isSensitive: isSensitive) }
        case .object(let members):
            return members.flatMap { name, member in
                sensitiveTexts(
                    in: member, schema?["properties"]?[name] ?? schema?["additionalProperties"],
                    isSensitive: isSensitive)
            }
        case .null, .bool, .integer, .number: return []
        }
    }
}
