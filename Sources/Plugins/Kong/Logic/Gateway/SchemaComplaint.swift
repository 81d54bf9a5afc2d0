import Documents
import PluginKit

/// How one entity is put before the gateway's schema, and what it says of it.
enum SchemaComplaint {
    /// Alone, without what stands in it; whom it belongs to is said by an id, which the schema looks at and nobody looks up.
    static func body(_ entity: Entity) -> PluginJSON {
        var members: [String: PluginJSON] = [:]
        for entry in entity.node.entries ?? [] where entity.rule.children[entry.key] == nil {
            guard let field = entity.rule.field(entry.key), !entry.key.hasPrefix("_"), entry.value.scalar != .null
            else {
                continue
            }
            if case .reference = field.kind {
                members[entry.key] = ["id": .string(someone)]
            } else if entity.rule.name == "consumers", entry.key == "groups" {
                continue
            } else {
                members[entry.key] = Refusal.json(entry.value)
            }
        }
        if let field = entity.parentField { members[field] = ["id": .string(someone)] }
        return .object(members)
    }

    private static let someone = "5e5f0d5a-7a0c-4f6e-9a43-0d6f0c1b2a3e"

    static func findings(_ answer: GatewayAnswer, _ title: String, _ entity: Entity) -> [Finding] {
        let fields = answer.json?["fields"]?.object ?? [:]
        guard !fields.isEmpty else {
            let words = LoadOutcome.words(answer)
            return [Finding("kong.schema", "the gateway refuses \(title): \(words)", at: entity.node.position)]
        }
        return fields.sorted { $0.key < $1.key }.flatMap { name, error in
            texts(error).map { text in
                let place = entity.node.entries?.first { $0.key == name }?.position ?? entity.node.position
                let member = name == "@entity" ? "" : "'\(name)' of "
                return Finding("kong.schema", "the gateway refuses \(member)\(title): \(text)", at: place)
            }
        }
    }

    /// Errors nest as the fields do.
    private static func texts(_ error: PluginJSON) -> [String] {
        switch error {
        case .string(let text): return [text]
        case .array(let items): return items.flatMap(texts)
        case .object(let members):
            return members.sorted { $0.key < $1.key }.flatMap { name, error in
                texts(error).map { "\(name): \($0)" }
            }
        default: return []
        }
    }
}
