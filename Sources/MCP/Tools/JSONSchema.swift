import Model

/// JSON Schema (2020-12) of tools' arguments and results, as short as it can be written.
enum JSONSchema {
    static func object(_ properties: [String: JSONValue], required: [String] = [], isClosed: Bool = false) -> JSONValue
    {
        var members: [String: JSONValue] = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { members["required"] = .array(required.map { .string($0) }) }
        // Of arguments: a misspelt one is no argument. Results may get more members in time.
        if isClosed { members["additionalProperties"] = false }
        return .object(members)
    }

    static func text(_ description: String, in choices: [String]? = nil) -> JSONValue {
        var members: [String: JSONValue] = ["type": "string", "description": .string(description)]
        if let choices { members["enum"] = .array(choices.map { .string($0) }) }
        return .object(members)
    }

    static func integer(_ description: String, _ range: ClosedRange<Int>? = nil, fallback: Int? = nil) -> JSONValue {
        var members: [String: JSONValue] = ["type": "integer", "description": .string(description)]
        if let range {
            members["minimum"] = .count(range.lowerBound)
            members["maximum"] = .count(range.upperBound)
        }
        if let fallback { members["default"] = .count(fallback) }
        return .object(members)
    }

    static func flag(_ description: String, fallback: Bool? = nil) -> JSONValue {
        var members: [String: JSONValue] = ["type": "boolean", "description": .string(description)]
        if let fallback { members["default"] = .bool(fallback) }
        return .object(members)
    }

    static func list(_ description: String, of items: JSONValue) -> JSONValue {
        ["type": "array", "description": .string(description), "items": items]
    }

    /// The schema, or null.
    static func optional(_ schema: JSONValue) -> JSONValue {
        guard case .object(var members) = schema, case .string(let type)? = members["type"] else { return schema }
        members["type"] = [.string(type), "null"]
        return .object(members)
    }
}
