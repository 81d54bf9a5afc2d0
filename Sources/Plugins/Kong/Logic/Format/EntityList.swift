package import Documents

/// All entities of a declarative file, each after the one that it stands in.
package struct EntityList: Sendable {
    package private(set) var all: [Entity] = []

    package init(_ root: DocumentNode) {
        for entry in root.entries ?? [] {
            guard let rule = EntityTable.byName[entry.key] else { continue }
            add(rule, entry.value, parent: nil, field: nil)
        }
    }

    private mutating func add(_ rule: EntityRule, _ list: DocumentNode, parent: Int?, field: String?) {
        for (index, node) in (list.items ?? []).enumerated() where node.entries != nil {
            let place = all.count
            all.append(Entity(rule, node, parent: parent, parentField: field, index: index))
            for entry in node.entries ?? [] {
                guard let field = rule.children[entry.key], let child = EntityTable.byName[entry.key] else { continue }
                add(child, entry.value, parent: place, field: field)
            }
        }
    }

    package func parent(of entity: Entity) -> Entity? { entity.parent.map { all[$0] } }

    /// With what it stands in: `route 'orders' of service 'shop'`.
    package func title(_ entity: Entity) -> String {
        guard let parent = parent(of: entity) else { return entity.title }
        return "\(entity.title) of \(parent.title)"
    }
}
