import Documents

/// Every name that one entity calls another by leads to one in the same file: the file is the whole configuration.
struct ReferenceCheck {
    private let list: EntityList
    /// Keys and ids of what there is, by kind.
    private var known: [String: Set<String>] = [:]
    private var keys: [String: Set<String>] = [:]

    init(_ list: EntityList) {
        self.list = list
        for entity in list.all {
            if let key = entity.key {
                known[entity.rule.name, default: []].insert(key)
                keys[entity.rule.name, default: []].insert(key)
            }
            if let id = entity.id { known[entity.rule.name, default: []].insert(id) }
        }
    }

    func findings() -> [Finding] { list.all.flatMap(findings) }

    private func findings(of entity: Entity) -> [Finding] {
        var findings: [Finding] = []
        for (field, target) in entity.rule.references {
            guard let node = entity.member(field) else { continue }
            if entity.parentField == field {
                findings += contradiction(entity, field, node)
            } else {
                findings += missing(node, field, target, entity)
            }
        }
        if entity.rule.name == "consumer_groups" {
            for item in entity.member("consumers")?.items ?? [] {
                findings += missing(item, "consumers", "consumers", entity)
            }
        }
        for item in entity.member("ca_certificates")?.items ?? [] where entity.rule.name == "services" {
            findings += missing(item, "ca_certificates", "ca_certificates", entity)
        }
        return findings
    }

    private func missing(_ node: DocumentNode, _ field: String, _ target: String, _ entity: Entity) -> [Finding] {
        guard let (name, place) = Self.name(node), !Placeholder.isLeftAlone(place) else { return [] }
        guard known[target]?.contains(name) != true else { return [] }
        let rule = EntityTable.byName[target]
        let nearest = Spelling.nearest(to: name, among: Array(keys[target] ?? []))
        var finding = Finding(
            "kong.reference",
            "'\(field)' of \(list.title(entity)) names \(rule?.singular ?? target) '\(name)', which is not in the file"
                + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
            at: place.position)
        if case .scalar(let written, true) = place.content {
            finding.correction = nearest.map { .init(written, $0) }
        }
        return [finding]
    }

    /// What stands inside an entity belongs to it; the gateway refuses to be told so, but for the id in a mapping.
    private func contradiction(_ entity: Entity, _ field: String, _ node: DocumentNode) -> [Finding] {
        guard let parent = list.parent(of: entity), let (name, place) = Self.name(node) else { return [] }
        if node.entries != nil, name == parent.id || Placeholder.isLeftAlone(place) { return [] }
        let text =
            name == parent.key || name == parent.id
            ? "\(entity.title) stands in \(parent.title): leave its '\(field)' out"
            : "\(entity.title) stands in \(parent.title), but its '\(field)' says '\(name)'"
        return [Finding("kong.reference", text, at: place.position)]
    }

    static func name(_ node: DocumentNode) -> (String, DocumentNode)? {
        if let text = node.gatewayText { return (text, node) }
        guard let entry = node.entries?.first, let text = entry.value.gatewayText else { return nil }
        return (text, entry.value)
    }
}
