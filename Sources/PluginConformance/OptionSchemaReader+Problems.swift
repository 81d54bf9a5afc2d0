import Model

extension OptionSchemaReader {
    private static let types: Set<String> = ["null", "boolean", "object", "array", "number", "integer", "string"]
    private static let counts = ["minItems", "maxItems", "minLength", "maxLength"]

    /// What makes it no JSON Schema of an object, with places as JSON Pointers.
    var problems: [String] {
        var problems: [String] = []
        if case .object = schema {
            if !schema.typeNames.isEmpty, !schema.typeNames.contains("object") {
                problems.append("the schema is not of an object, but options are one")
            }
        }
        Self.check(schema, "", &problems)
        for name in required where properties[name] == nil {
            problems.append("'\(name)' is required and not among the properties")
        }
        return problems
    }

    private static func check(_ schema: JSONValue, _ place: String, _ problems: inout [String]) {
        if case .bool = schema { return }
        guard let members = schema.members else {
            return problems.append("\(place.isEmpty ? "the schema" : place) is no schema but \(schema.spokenValue)")
        }
        for type in schema.typeNames where !types.contains(type) {
            problems.append("\(place)/type: there is no type '\(type)'")
        }
        if let type = members["type"], schema.typeNames.isEmpty {
            problems.append("\(place)/type is \(type.spokenValue)")
        }
        if let required = members["required"], required.items?.allSatisfy({ $0.string != nil }) != true {
            problems.append("\(place)/required is no list of names")
        }
        if let allowed = members["enum"], allowed.items?.isEmpty != false {
            problems.append("\(place)/enum is no list of values")
        }
        for name in counts where (members[name].map { ($0.integer ?? -1) < 0 }) == true {
            problems.append("\(place)/\(name) is no count")
        }
        for name in ["minimum", "maximum"] where (members[name].map { $0.numeric == nil }) == true {
            problems.append("\(place)/\(name) is no number")
        }
        for name in ["items", "additionalProperties"] {
            if let inner = members[name] { check(inner, "\(place)/\(name)", &problems) }
        }
        guard let properties = members["properties"] else { return }
        guard let inner = properties.members else { return problems.append("\(place)/properties is no object") }
        for (name, property) in inner.sorted(by: { $0.key < $1.key }) {
            let place = "\(place)/properties/\(JSONPointer.escaped(name))"
            check(property, place, &problems)
            if let value = property["default"] {
                problems += violations(of: value, property).map { "\(place)/default \($0)" }
            }
        }
    }

    /// What a schema holds against a value.
    static func violations(of value: JSONValue, _ schema: JSONValue) -> [String] {
        var found: [String] = []
        let types = schema.typeNames
        if !types.isEmpty, !types.contains(where: value.isOf) {
            return ["is \(value.spokenValue), not \(types.joined(separator: " or "))"]
        }
        if let allowed = schema["enum"]?.items, !allowed.contains(value) { found.append("is none of its enum") }
        if let constant = schema["const"], constant != value { found.append("is not its const") }
        if let number = value.numeric {
            if let least = schema["minimum"]?.numeric, number < least { found.append("is below its minimum") }
            if let most = schema["maximum"]?.numeric, number > most { found.append("is above its maximum") }
        }
        if let text = value.string {
            found += bounds(text.unicodeScalars.count, schema, "minLength", "maxLength")
        }
        if let items = value.items {
            found += bounds(items.count, schema, "minItems", "maxItems")
            if let inner = schema["items"] { found += items.flatMap { violations(of: $0, inner) } }
        }
        if let members = value.members {
            for name in schema["required"]?.items?.compactMap(\.string) ?? [] where members[name] == nil {
                found.append("lacks '\(name)'")
            }
            for (name, member) in members {
                if let inner = schema["properties"]?[name] { found += violations(of: member, inner) }
            }
        }
        return found
    }

    private static func bounds(_ count: Int, _ schema: JSONValue, _ least: String, _ most: String) -> [String] {
        var found: [String] = []
        if let bound = schema[least]?.integer, Int64(count) < bound { found.append("is shorter than its \(least)") }
        if let bound = schema[most]?.integer, Int64(count) > bound { found.append("is longer than its \(most)") }
        return found
    }
}

extension JSONValue {
    /// A plain value as it is, anything else with its article; for people.
    var spokenValue: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
