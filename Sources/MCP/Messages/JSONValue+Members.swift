package import Model

/// How documents are written down and read here.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}

extension JSONValue {
    package var integer: Int64? {
        if case .integer(let value) = self { return value }
        return nil
    }
    package var boolean: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }
    /// A text where there is one; nothing else.
    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    static func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }
}
