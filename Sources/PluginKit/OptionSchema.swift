/// Checks a service's options against the JSON Schema of a manifest.
///
/// Knows `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `minItems`, `maxItems`,
/// `minLength`, `maxLength`, `minimum` and `maximum` (JSON Schema 2020-12, validation vocabulary); what it does not know
/// is an annotation for people and other tools.
public struct OptionSchema: Sendable {
    private let schema: PluginJSON
    public init(_ schema: PluginJSON) { self.schema = schema }

    /// Everything that is wrong, in the order of the document's member names; empty when the value is valid.
    public func problems(in value: PluginJSON) -> [InvalidOptions.Problem] {
        var problems: [InvalidOptions.Problem] = []
        check(value, schema, "", &problems)
        return problems
    }

    private func check(
        _ value: PluginJSON, _ schema: PluginJSON, _ pointer: String, _ problems: inout [InvalidOptions.Problem]
    ) {
        if schema == .bool(false) { return problems.append(.init(pointer, "is not allowed")) }
        let types = schema["type"]?.strings ?? schema["type"]?.string.map { [$0] } ?? []
        if !types.isEmpty, !types.contains(where: { value.isOf(type: $0) }) {
            return problems.append(
                .init(pointer, "must be \(types.map(Self.spoken).joined(separator: " or ")), but is \(value.spoken)"))
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) {
            problems.append(.init(pointer, "must be one of \(allowed.map(\.text).joined(separator: ", "))"))
        }
        if let constant = schema["const"], constant != value {
            problems.append(.init(pointer, "must be \(constant.text)"))
        }
        switch value {
        case .object(let members): checkObject(members, schema, pointer, &problems)
        case .array(let items):
            bound(items.count, schema, "minItems", "maxItems", "items", pointer, &problems)
            if let item = schema["items"] {
                for (index, value) in items.enumerated() { check(value, item, "\(pointer)/\(index)", &problems) }
            }
        case .string(let text):
            bound(text.unicodeScalars.count, schema, "minLength", "maxLength", "characters", pointer, &problems)
        case .integer, .number:
            if let number = value.number {
                if let least = schema["minimum"]?.number, number < least {
                    problems.append(.init(pointer, "must be at least \(schema["minimum"]?.text ?? "")"))
                }
                if let most = schema["maximum"]?.number, number > most {
                    problems.append(.init(pointer, "must be at most \(schema["maximum"]?.text ?? "")"))
                }
            }
        case .null, .bool: break
        }
    }

    private func checkObject(
        _ members: [String: PluginJSON], _ schema: PluginJSON, _ pointer: String,
        _ problems: inout [InvalidOptions.Problem]
    ) {
        for name in schema["required"]?.strings ?? [] where members[name] == nil {
            problems.append(.init(pointer, "'\(name)' is missing"))
        }
        let known = schema["properties"]?.object ?? [:]
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let place = "\(pointer)/\(Self.escaped(name))"
            if let member = known[name] {
                check(value, member, place, &problems)
            } else if schema["additionalProperties"] == .bool(false) {
                let names = known.keys.sorted().joined(separator: ", ")
                problems.append(
                    .init(place, "is not an option of this kind" + (names.isEmpty ? "" : "; there are: \(names)")))
            } else if let rest = schema["additionalProperties"] {
                check(value, rest, place, &problems)
            }
        }
    }

    private func bound(
        _ count: Int, _ schema: PluginJSON, _ least: String, _ most: String, _ unit: String, _ pointer: String,
        _ problems: inout [InvalidOptions.Problem]
    ) {
        if let least = schema[least]?.integer, count < least {
            problems.append(.init(pointer, "must have at least \(least) \(unit)"))
        }
        if let most = schema[most]?.integer, count > most {
            problems.append(.init(pointer, "must have at most \(most) \(unit)"))
        }
    }

    /// RFC 6901: `~` and `/` in a member name.
    private static func escaped(_ name: String) -> String {
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

    private static func spoken(_ type: String) -> String {
        ["object", "array", "integer"].contains(type) ? "an \(type)" : "a \(type)"
    }
}

extension PluginJSON {
    fileprivate func isOf(type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object),
            ("integer", .integer), ("number", .integer), ("number", .number):
            true
        case ("integer", .number(let value)): value == value.rounded()
        default: false
        }
    }

    fileprivate var spoken: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer, .number: text
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
