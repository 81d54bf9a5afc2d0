package import Documents

/// One entity of a declarative file, at its place.
package struct Entity: Sendable {
    package var rule: EntityRule
    package var node: DocumentNode
    /// Index of the entity that it stands in, in the list of all.
    package var parent: Int?
    /// Its field that refers to that one.
    package var parentField: String?
    /// Its place in the list that it stands in, from 0.
    package var index: Int

    package init(_ rule: EntityRule, _ node: DocumentNode, parent: Int?, parentField: String?, index: Int) {
        self.rule = rule
        self.node = node
        self.parent = parent
        self.parentField = parentField
        self.index = index
    }

    /// A member that is there and not null.
    package func member(_ name: String) -> DocumentNode? {
        guard let value = node[name], value.scalar != .null else { return nil }
        return value
    }

    /// Text of a member, also of a number or boolean that the author forgot to quote.
    package func text(_ name: String) -> String? {
        guard let value = member(name), case .scalar(let text, _) = value.content else { return nil }
        return text
    }

    package var id: String? { text("id") }
    /// What names it beside its id.
    package var key: String? { rule.key.flatMap(text) }

    /// For people: `route 'orders'`, `plugin 'cors'`, `the third route`.
    package var title: String {
        let name = key ?? text("name") ?? text("username") ?? text("group") ?? text("custom_id")
        if let name, rule.key.flatMap(rule.field)?.isSecret != true { return "\(rule.singular) '\(name)'" }
        if let id { return "\(rule.singular) \(id)" }
        return "\(rule.singular) number \(index + 1)"
    }
}
