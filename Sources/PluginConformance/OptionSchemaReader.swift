import Model

/// Reads the JSON Schema of a plugin's options: is it one, what are its defaults, and which options would it refuse?
///
/// Knows what PluginKit checks (JSON Schema 2020-12, validation vocabulary): `type`, `enum`, `const`, `properties`,
/// `required`, `additionalProperties`, `items`, and the bounds of lists, texts and numbers.
struct OptionSchemaReader: Sendable {
    let schema: JSONValue
    init(_ schema: JSONValue) { self.schema = schema }

    /// What the host fills in where a schema names it and a service does not.
    static let hostSettings: [String: JSONValue] = [
        "keep_releases": .integer(5), "build_docker": .bool(false), "run_e2e": .bool(false),
    ]

    var properties: [String: JSONValue] { schema["properties"]?.members ?? [:] }
    var required: [String] { schema["required"]?.items?.compactMap(\.string) ?? [] }

    /// Every default, and the host's own settings.
    var defaults: JSONValue {
        var values: [String: JSONValue] = [:]
        for (name, property) in properties {
            values[name] = property["default"] ?? Self.hostSettings[name]
        }
        return .object(values)
    }

    /// The defaults, and something for every other property that is required.
    var least: JSONValue {
        guard case .object(var values) = defaults else { return .object([:]) }
        for name in required where values[name] == nil {
            values[name] = Self.example(of: properties[name] ?? .bool(true))
        }
        return .object(values)
    }

    /// Valid options made up: the defaults, and something for every other property.
    var sample: JSONValue {
        guard case .object(var values) = defaults else { return .object([:]) }
        for (name, property) in properties where values[name] == nil { values[name] = Self.example(of: property) }
        return .object(values)
    }

    /// The names of the options that hold secrets: one, or several by name or in a list.
    var sensitive: [String] {
        properties.filter { name, _ in secret(name, "") != nil }.keys.sorted()
    }

    /// The value of an option that holds this secret; nil where it holds none.
    func secret(_ name: String, _ text: String) -> JSONValue? {
        guard let property = properties[name] else { return nil }
        let isSensitive = property["sensitive"] == .bool(true)
        if isSensitive || property["additionalProperties"]?["sensitive"] == .bool(true),
            property.typeNames.contains("object")
        {
            return .object(["HARNESS_SECRET": .string(text)])
        }
        if isSensitive || property["items"]?["sensitive"] == .bool(true), property.typeNames.contains("array") {
            return .array([.string(text)])
        }
        return isSensitive ? .string(text) : nil
    }

    static func example(of schema: JSONValue) -> JSONValue {
        if let value = schema["default"] ?? schema["const"] ?? schema["enum"]?.items?.first { return value }
        switch schema.typeNames.first {
        case "boolean": return .bool(true)
        case "integer": return .integer(schema["minimum"]?.integer ?? 1)
        case "number": return .integer(schema["minimum"]?.integer ?? 1)
        case "array":
            let count = Int(schema["minItems"]?.integer ?? 0)
            return .array(Array(repeating: example(of: schema["items"] ?? .bool(true)), count: min(count, 100)))
        case "object": return .object([:])
        case "null": return .null
        default:
            let length = Int(schema["minLength"]?.integer ?? 1)
            return .string(String(repeating: "x", count: min(max(length, 1), 1000)))
        }
    }
}

extension JSONValue {
    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    var numeric: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The names under `type`.
    var typeNames: [String] {
        switch self["type"] {
        case .string(let name): [name]
        case .array(let names): names.compactMap(\.string)
        default: []
        }
    }

    func isOf(type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object),
            ("integer", .integer), ("number", .integer), ("number", .number):
            true
        case ("integer", .number(let value)): value == value.rounded()
        default: false
        }
    }

    func with(_ name: String, _ value: JSONValue?) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }
}

/// RFC 6901.
enum JSONPointer {
    static func escaped(_ name: String) -> String {
        var result = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// Empty, or parts that each begin with `/` and escape `~` as they must.
    static func isOne(_ text: String) -> Bool {
        guard !text.isEmpty else { return true }
        guard text.hasPrefix("/") else { return false }
        let scalars = Array(text.unicodeScalars)
        return scalars.indices.allSatisfy { index in
            scalars[index] != "~"
                || (index + 1 < scalars.count && (scalars[index + 1] == "0" || scalars[index + 1] == "1"))
        }
    }
}
