import Model

/// The subset of JSON Schema that strict structured outputs take (OpenAI's guide "Structured Outputs", "Supported schemas"):
/// closed objects, every member required, no composition, at most ten levels and 5,000 members.
enum StrictSchema {
    private static let types: Set<String> = ["string", "number", "boolean", "integer", "object", "array", "null"]
    private static let words: [String: Set<String>] = [
        "object": ["properties", "required", "additionalProperties"], "array": ["items", "minItems", "maxItems"],
        "string": ["pattern", "format", "enum", "const"],
        "number": ["multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"],
        "integer": ["multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"], "boolean": [],
        "null": [],
    ]

    /// - Parameter format: with `name`, `schema` and `strict`.
    static func problems(_ format: [String: JSONValue]) -> [String] {
        var found: [String] = []
        let name = format["name"]?.string ?? ""
        let isName =
            (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
                    || byte == 45
            }
        if !isName { found.append("Invalid 'format.name'.") }
        if format["strict"] != .bool(true) { found.append("'strict' is not true") }
        guard let schema = format["schema"], case .object(let root) = schema else {
            return found + ["Missing required parameter: 'format.schema'."]
        }
        if root["type"]?.string != "object" || root["anyOf"] != nil { found.append("the schema's root is no object") }
        var members = 0
        check(schema, "", level: 1, &members, &found)
        if members > 5000 { found.append("the schema has more than 5000 members") }
        return found
    }

    private static func check(
        _ schema: JSONValue, _ path: String, level: Int, _ members: inout Int, _ found: inout [String]
    ) {
        guard case .object(let words) = schema else { return found.append("'\(path)' is no schema") }
        let names = words["type"]?.string.map { [$0] } ?? words["type"]?.items?.compactMap(\.string) ?? []
        if names.isEmpty || !Set(names).isSubset(of: types) { found.append("'\(path)' has no type that is taken") }
        let allowed = names.reduce(into: Set(["type", "description"])) { $0.formUnion(self.words[$1] ?? []) }
        for word in words.keys where !allowed.contains(word) { found.append("'\(word)' is not permitted in '\(path)'") }
        if level > 10 { return found.append("'\(path)' is deeper than ten levels") }
        if names.contains("object") {
            if words["additionalProperties"] != .bool(false) {
                found.append("'additionalProperties' is required to be supplied and to be false in '\(path)'")
            }
            guard case .object(let properties)? = words["properties"] else {
                return found.append("'\(path)' has no properties")
            }
            members += properties.count
            let required = Set(words["required"]?.items?.compactMap(\.string) ?? [])
            if required != Set(properties.keys) {
                found.append(
                    "'required' is required to be supplied and to be an array including every key in '\(path)'")
            }
            for (name, value) in properties { check(value, "\(path).\(name)", level: level + 1, &members, &found) }
        }
        if names.contains("array") {
            guard let items = words["items"] else { return found.append("'\(path)' has no items") }
            check(items, "\(path)[]", level: level + 1, &members, &found)
        }
    }
}
