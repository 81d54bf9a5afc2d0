package import Documents
package import PluginKit

/// A configuration that the gateway does not take, read back onto the lines of the file.
///
/// The answer's form is that of `POST /config?flatten_errors=1`: `flattened_errors` names each entity with what is wrong with
/// its fields, `fields` holds the rest by its place in the file, `message` says it all in one line.
package struct Refusal {
    private let file: DeclarativeFile
    private let entities: EntityList?

    package init(_ file: DeclarativeFile) {
        self.file = file
        entities = file.root.map(EntityList.init)
    }

    /// Never empty.
    package func findings(_ answer: GatewayAnswer) -> [Finding] {
        guard let json = answer.json else { return [whole(answer.head)] }
        var findings = (json["flattened_errors"]?.array ?? []).flatMap(flattened)
        if let fields = json["fields"], let root = file.root { findings += nested(fields, root, "") }
        if findings.isEmpty {
            findings = [whole(json["message"]?.string ?? json["error"]?.string ?? json.text)]
        }
        return findings
    }

    private func whole(_ text: String) -> Finding {
        let short = text.isEmpty ? "it does not say why" : String(text.prefix(1000))
        return Finding("kong.refused", "the gateway refuses the configuration: \(short)", at: file.root?.position)
    }

    private func flattened(_ error: PluginJSON) -> [Finding] {
        let entity = find(error)
        let title = entity.map { entities?.title($0) ?? $0.title } ?? Self.title(error)
        return (error["errors"]?.array ?? []).map { item in
            let message = item["message"]?.string ?? item.text
            let field = item["field"]?.string
            let place = entity.map { Self.place(field, in: $0.node) } ?? file.root?.position
            let member = field.map { "'\($0)' of " } ?? ""
            return Finding("kong.refused", "the gateway refuses \(member)\(title): \(message)", at: place)
        }
    }

    private static func title(_ error: PluginJSON) -> String {
        let kind = error["entity_type"]?.string ?? "an entity"
        return error["entity_name"]?.string.map { "\(kind) '\($0)'" } ?? error["entity_id"]?.string ?? kind
    }

    /// By id, by name, or else the one that has most in common with what the gateway repeats.
    private func find(_ error: PluginJSON) -> Entity? {
        guard let kind = error["entity_type"]?.string else { return nil }
        let all = (entities?.all ?? []).filter { $0.rule.name == kind || $0.rule.name == kind + "s" }
        if let id = error["entity_id"]?.string, let found = all.first(where: { $0.id == id }) { return found }
        let repeated = error["entity"]?.object ?? [:]
        let scored = all.map { entity in
            (entity, repeated.count { name, value in entity.member(name).map(Self.json) == value })
        }
        guard let best = scored.max(by: { $0.1 < $1.1 }), best.1 > 0 else {
            let name = error["entity_name"]?.string
            return all.first { $0.text("name") == name || $0.key == name } ?? (all.count == 1 ? all.first : nil)
        }
        return best.0
    }

    package static func json(_ node: DocumentNode) -> PluginJSON {
        switch node.content {
        case .scalar:
            switch node.gatewayScalar {
            case .boolean(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .number(let value): .number(value)
            case .text(let value): .string(value)
            case .null, nil: .null
            }
        case .list(let items): .array(items.map(json))
        case .mapping(let entries):
            .object(Dictionary(entries.map { ($0.key, json($0.value)) }, uniquingKeysWith: { $1 }))
        }
    }

    /// `config.http_endpoint`, `protocols.1`: lists count from 1. Where the way ends early, so does the place.
    private static func place(_ field: String?, in node: DocumentNode) -> SourcePosition {
        guard let field else { return node.position }
        var (node, place) = (node, node.position)
        for step in field.split(separator: ".").map(String.init) {
            if let entry = node.entries?.first(where: { $0.key == step }) {
                (node, place) = (entry.value, entry.position)
            } else if let items = node.items, let number = Int(step), items.indices.contains(number - 1) {
                node = items[number - 1]
                place = node.position
            } else {
                break
            }
        }
        return place
    }

    /// Lists are lists with nulls for what is right, or mappings from places, which count from 1, to errors.
    private func nested(_ error: PluginJSON, _ node: DocumentNode, _ subject: String) -> [Finding] {
        switch error {
        case .string(let message):
            let member = subject.isEmpty ? "the configuration" : "'\(subject)'"
            return [Finding("kong.refused", "the gateway refuses \(member): \(message)", at: node.position)]
        case .array(let errors):
            return errors.enumerated().flatMap { index, error -> [Finding] in
                let item = node.items.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                return nested(error, item ?? node, subject)
            }
        case .object(let members):
            return members.sorted { $0.key < $1.key }.flatMap { name, error -> [Finding] in
                if let items = node.items, let number = Int(name), items.indices.contains(number - 1) {
                    return nested(error, items[number - 1], subject)
                }
                guard let entry = node.entries?.first(where: { $0.key == name }) else {
                    return nested(error, node, name == "@entity" ? subject : name)
                }
                var value = entry.value
                if case .string = error { value.position = entry.position }
                return nested(error, value, name)
            }
        default: return []
        }
    }
}
