import Documents
import PluginKit

/// An entity as it is compared: what the gateway fills in filled in, references by name.
struct PlannedEntity {
    var rule: EntityRule
    /// The same for the same thing at the gateway and in the file.
    var identity: String
    var id: String?
    var title: String
    /// As written; null where a field is not given.
    var fields: [String: PluginJSON]

    /// All of a file.
    static func all(_ root: DocumentNode) -> [PlannedEntity] {
        let list = EntityList(root)
        var names: [String: String] = [:]
        for entity in list.all {
            if let id = entity.id, let key = entity.key ?? entity.text("custom_id") {
                names["\(entity.rule.name) \(id)"] = key
            }
        }
        return list.all.map { make($0, list, names) }
    }

    private static func make(_ entity: Entity, _ list: EntityList, _ names: [String: String]) -> PlannedEntity {
        var fields: [String: PluginJSON] = [:]
        for field in entity.rule.fields where !field.isVolatile {
            guard let node = entity.member(field.name) else { continue }
            if case .reference(let target) = field.kind {
                let name = ReferenceCheck.name(node)?.0 ?? ""
                fields[field.name] = .string(names["\(target) \(name)"] ?? name)
            } else {
                fields[field.name] = Refusal.json(node)
            }
        }
        if let field = entity.parentField, let parent = list.parent(of: entity) {
            fields[field] = .string(parent.key ?? parent.text("custom_id") ?? parent.id ?? parent.title)
        }
        if entity.rule.name == "services" { fields = expanded(fields) }
        var planned = PlannedEntity(rule: entity.rule, identity: "", id: entity.id, title: entity.title, fields: fields)
        planned.identity = planned.naturalKey
        planned.title = planned.spoken(entity)
        return planned
    }

    /// `url` stands for four fields.
    private static func expanded(_ fields: [String: PluginJSON]) -> [String: PluginJSON] {
        var fields = fields
        guard let url = fields.removeValue(forKey: "url")?.string, let scheme = url.firstRange(of: "://") else {
            return fields
        }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...]
        let name = String(url[..<scheme.lowerBound])
        var host = authority
        var port: Int64 = ["https", "tls", "grpcs", "wss"].contains(name) ? 443 : 80
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            host = authority[..<colon]
            port = Int64(authority[authority.index(after: colon)...]) ?? port
        }
        fields["protocol"] = .string(name)
        fields["host"] = .string(String(host))
        fields["port"] = .integer(port)
        if !path.isEmpty { fields["path"] = .string(String(path)) }
        return fields
    }

    /// What tells it from its like: its name, or for what has none all that it matches by.
    private var naturalKey: String {
        func text(_ names: String...) -> String { names.map { fields[$0]?.string ?? "" }.joined(separator: "|") }
        switch rule.name {
        case "plugins":
            return "plugins " + text("name", "service", "route", "consumer", "consumer_group", "instance_name")
        case "targets": return "targets " + text("upstream", "target")
        case "acls": return "acls " + text("consumer", "group")
        case "filter_chains": return "filter_chains " + text("service", "route")
        case "consumers": return "consumers " + (fields["username"]?.string ?? text("custom_id"))
        case "certificates", "ca_certificates": return "\(rule.name) \(text("cert").filter { !$0.isWhitespace })"
        case "routes" where fields["name"] == nil:
            let matched = ["methods", "hosts", "paths", "headers", "snis", "sources", "destinations", "expression"]
            return "routes " + text("service")
                + matched.map { fields[$0].map(Difference.canonical)?.text ?? "" }.joined()
        case _ where fields[rule.key ?? ""] != nil: return "\(rule.name) \(text(rule.key ?? ""))"
        default: return "\(rule.name) " + PluginJSON.object(fields).text
        }
    }

    /// With whom it belongs to, whether it stands inside it or not.
    private func spoken(_ entity: Entity) -> String {
        var title = entity.title
        if rule.name == "routes", fields["name"] == nil, let path = fields["paths"]?.strings?.first {
            title = "route \(path)"
        }
        if rule.name.hasSuffix("certificates"), let id { title = "\(rule.singular) \(id.prefix(8))" }
        if ["plugins", "routes"].contains(rule.name)
            || rule.references.contains(where: { ["consumer", "upstream"].contains($0.field) })
        {
            let owners = rule.references.compactMap { reference in
                fields[reference.field]?.string.map {
                    "\(EntityTable.byName[reference.entity]?.singular ?? reference.entity) '\($0)'"
                }
            }
            if !owners.isEmpty { title += " of " + owners.joined(separator: " and ") }
        }
        return title
    }
}
