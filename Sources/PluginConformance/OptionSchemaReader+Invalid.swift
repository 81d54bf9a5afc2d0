import Model

extension OptionSchemaReader {
    /// Options that the schema refuses, and where.
    struct Invalid: Sendable {
        /// What was done to good ones.
        var change: String
        var value: JSONValue
        /// Where a plugin must say that it is wrong; nil where the whole object is.
        var pointer: String?
    }

    /// One for every rule of the schema that can be broken at its first level.
    ///
    /// - Parameter good: options that are valid.
    func invalid(from good: JSONValue) -> [Invalid] {
        var found: [Invalid] = []
        if schema["additionalProperties"] == .bool(false) {
            found.append(
                Invalid(
                    change: "with an unknown member", value: good.with("no-such-option", .integer(1)),
                    pointer: "/no-such-option"))
        }
        for name in required {
            found.append(Invalid(change: "without '\(name)'", value: good.with(name, nil), pointer: nil))
        }
        for (name, property) in properties.sorted(by: { $0.key < $1.key }) {
            let pointer = "/" + JSONPointer.escaped(name)
            for (change, value) in Self.wrong(for: property) {
                found.append(
                    Invalid(change: "with \(change) as '\(name)'", value: good.with(name, value), pointer: pointer))
            }
        }
        return found
    }

    private static func wrong(for schema: JSONValue) -> [(String, JSONValue)] {
        var values: [(String, JSONValue)] = []
        let types = schema.typeNames
        let others: [(String, JSONValue)] = [
            ("a list", .array([.bool(true)])), ("a number", .number(0.5)), ("a boolean", .bool(true)),
            ("an object", .object(["x": .integer(1)])),
        ]
        if !types.isEmpty, let other = others.first(where: { pair in !types.contains { pair.1.isOf(type: $0) } }) {
            values.append(other)
        }
        if schema["enum"] != nil || schema["const"] != nil, types.isEmpty || types.contains("string") {
            values.append(("a text that is not allowed", .string("no such value")))
        }
        if types.contains("integer") || types.contains("number") {
            if let least = schema["minimum"]?.integer, least > .min {
                values.append(("\(least - 1)", .integer(least - 1)))
            }
            if let most = schema["maximum"]?.integer, most < .max { values.append(("\(most + 1)", .integer(most + 1))) }
        }
        if types == ["string"], schema["enum"] == nil, schema["const"] == nil {
            if let least = schema["minLength"]?.integer, least > 0 { values.append(("an empty text", .string(""))) }
            if let most = schema["maxLength"]?.integer, most < 100_000 {
                values.append(("a text that is too long", .string(String(repeating: "x", count: Int(most) + 1))))
            }
        }
        if types == ["array"], let least = schema["minItems"]?.integer, least > 0 {
            values.append(("an empty list", .array([])))
        }
        if types == ["array"], let items = schema["items"], !items.typeNames.isEmpty,
            !items.typeNames.contains("object")
        {
            values.append(("a list of objects", .array([.object(["x": .integer(1)])])))
        }
        return values
    }
}
