package import Model

/// What a description of an interface says of a value.
package indirect enum Shape: Sendable {
    case string(most: Int? = nil, of: [String]? = nil)
    case integer
    case boolean
    case array(Shape, most: Int? = nil)
    /// Members that are not named here are none of the interface's; those with `!` at their end are required.
    case object(KeyValuePairs<String, Shape>)

    /// What is wrong with a value; nothing where it fits.
    package func problems(_ value: JSONValue, at place: String = "body") -> [String] {
        switch (self, value) {
        case (.string(let most, let choices), .string(let text)):
            if let most, text.unicodeScalars.count > most { return ["\(place) is longer than \(most)"] }
            if let choices, !choices.contains(text) { return ["\(place) is '\(text)', none of \(choices)"] }
            return []
        case (.integer, .integer), (.boolean, .bool): return []
        case (.array(let shape, let most), .array(let items)):
            if let most, items.count > most { return ["\(place) has \(items.count) items, more than \(most)"] }
            return items.enumerated().flatMap { shape.problems($1, at: "\(place)/\($0)") }
        case (.object(let members), .object(let object)):
            var problems: [String] = []
            var known: Set<String> = []
            for (name, shape) in members {
                let plain = name.hasSuffix("!") ? String(name.dropLast()) : name
                known.insert(plain)
                if let value = object[plain] {
                    problems += shape.problems(value, at: "\(place)/\(plain)")
                } else if name.hasSuffix("!") {
                    problems.append("\(place) has no '\(plain)'")
                }
            }
            return problems + object.keys.filter { !known.contains($0) }.map { "\(place) may have no '\($0)'" }
        default: return ["\(place) is of another type than \(self)"]
        }
    }
}
