import Documents

/// Nothing is called the same twice, and no plugin is configured twice for the same.
struct DuplicateCheck {
    private let list: EntityList

    init(_ list: EntityList) { self.list = list }

    func findings() -> [Finding] {
        var seen: [String: Entity] = [:]
        var findings: [Finding] = []
        for entity in list.all {
            for (identity, member, text) in identities(of: entity) {
                guard let first = seen[identity] else {
                    seen[identity] = entity
                    continue
                }
                let place = entity.member(member)?.position ?? entity.node.position
                findings.append(
                    Finding(
                        "kong.duplicate", "\(text); it is there in line \(first.node.position.line) already", at: place)
                )
            }
        }
        return findings
    }

    /// What must be there once, the member that says it, and how to say that it is there twice.
    private func identities(of entity: Entity) -> [(String, String, String)] {
        var found: [(String, String, String)] = []
        let rule = entity.rule
        if let id = entity.id {
            found.append(("\(rule.name) id \(id.lowercased())", "id", "the id \(id) is used twice"))
        }
        if let key = rule.key, let value = entity.key, !Placeholder.isVariable(value) {
            let scope = rule.isKeyUnique ? "" : owner(of: entity)
            let title = rule.field(key)?.isSecret == true ? "a \(rule.singular)" : list.title(entity)
            found.append(("\(rule.name) key \(scope) \(value)", key, "\(title) is declared twice"))
        }
        if rule.name == "consumers", let value = entity.text("custom_id") {
            found.append(("consumers custom \(value)", "custom_id", "the custom_id '\(value)' is used twice"))
        }
        if rule.name == "acls", let group = entity.text("group") {
            found.append(("acls \(owner(of: entity)) \(group)", "group", "\(list.title(entity)) is declared twice"))
        }
        if rule.name == "plugins", let name = entity.text("name") { found += plugin(entity, name) }
        if rule.name == "keys", let kid = entity.text("kid") {
            let set = entity.text("set") ?? owner(of: entity)
            found.append(("keys kid \(set) \(kid)", "kid", "the kid '\(kid)' is used twice in one set"))
        }
        return found
    }

    private func plugin(_ entity: Entity, _ name: String) -> [(String, String, String)] {
        let scopes = ["service", "route", "consumer", "consumer_group"].map { field -> String in
            if entity.parentField == field { return owner(of: entity) }
            return entity.member(field).flatMap(ReferenceCheck.name)?.0 ?? ""
        }
        var found = [
            (
                "plugins \(name) \(scopes.joined(separator: "|"))", "name",
                "\(list.title(entity)) is configured twice for the same"
            )
        ]
        if let instance = entity.text("instance_name") {
            found.append(
                ("plugins instance \(instance)", "instance_name", "the instance_name '\(instance)' is used twice"))
        }
        return found
    }

    private func owner(of entity: Entity) -> String {
        if let place = entity.parent {
            let parent = list.all[place]
            return parent.key ?? parent.id ?? "#\(place)"
        }
        return ["upstream", "consumer"].compactMap { entity.member($0).flatMap(ReferenceCheck.name)?.0 }.first ?? ""
    }
}
