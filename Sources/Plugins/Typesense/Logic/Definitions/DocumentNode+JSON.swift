import Documents
import PluginKit

extension DocumentNode {
    var json: PluginJSON {
        switch content {
        case .list(let items): .array(items.map(\.json))
        case .mapping(let entries):
            .object(Dictionary(entries.map { ($0.key, $0.value.json) }, uniquingKeysWith: { _, last in last }))
        case .scalar:
            switch scalar {
            case .boolean(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .number(let value): .number(value)
            case .text(let value): .string(value)
            case .null, nil: .null
            }
        }
    }
}
