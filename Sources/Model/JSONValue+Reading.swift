extension JSONValue {
    /// nil for anything but an object.
    package var members: [String: JSONValue]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// nil for anything but a list.
    package var items: [JSONValue]? {
        if case .array(let items) = self { return items }
        return nil
    }

    /// What it is, for messages, with its article.
    package var spoken: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
