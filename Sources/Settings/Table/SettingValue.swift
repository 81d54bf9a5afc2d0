/// The value of a setting, checked against its type and range.
package enum SettingValue: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case duration(Duration)
    /// Bytes.
    case size(Int)
    case text(String)
    case list([String])

    /// As it may be written in `dispatcher.env`.
    package var text: String {
        switch self {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .duration(let value): Shape.spell(value)
        case .size(let value): Shape.spell(bytes: value)
        case .text(let value): value
        case .list(let values): values.joined(separator: ",")
        }
    }
}
