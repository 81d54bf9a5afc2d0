import Model

/// The JSON Schema of an answer, within what strict structured outputs allow: every object closed, every member required,
/// an absent one null.
enum AnswerSchema {
    static let name = "repair"

    static func schema(wantsChangelog: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "description": text(
                "The commit message: an imperative subject of at most 72 characters, then perhaps a reason."),
            "patches": .object([
                "type": .string("array"), "description": .string("The changes; empty where it cannot be mended."),
                "items": object([
                    "target": optional("The folder from which the paths start, or null."),
                    "text": text("The change, in the dialect of the instructions."),
                ]),
            ]),
            "cannot": optional("Why it cannot be mended, or null."),
        ]
        if wantsChangelog { members["changelog"] = optional("One line for the users of the service, or null.") }
        return object(members)
    }

    private static func object(_ members: [String: JSONValue]) -> JSONValue {
        .object([
            "type": .string("object"), "properties": .object(members),
            "required": .array(members.keys.sorted().map(JSONValue.string)), "additionalProperties": .bool(false),
        ])
    }
    private static func text(_ description: String) -> JSONValue {
        .object(["type": .string("string"), "description": .string(description)])
    }
    private static func optional(_ description: String) -> JSONValue {
        .object([
            "type": .array([.string("string"), .string("null")]), "description": .string(description),
        ])
    }
}
