package import Model

/// The id of a request: a text or a whole number. `1` and `"1"` are two ids; `null` is none in MCP.
package enum RequestID: Sendable, Hashable {
    case text(String)
    case number(Int64)

    package init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .integer(let number): self = .number(number)
        default: return nil
        }
    }

    var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .integer(number)
        }
    }
}
