import PluginKit

/// Reads one declarative configuration: first all entities with what is wrong in each, then what they say of each other.
struct ConfigurationReader {
    typealias Members = GatewayConfiguration.Members

    private let now: Int64
    private var configuration = GatewayConfiguration()
    private var invalid = GatewayConfiguration.Invalid()
    /// What stands for the entity in the answer, beside the entity itself, by kind and place.
    private var given: [String: [Members]] = [:]

    init(now: Int64) { self.now = now }

    mutating func read(_ root: PluginJSON, hash: String) throws(GatewayConfiguration.Invalid) -> GatewayConfiguration {
        configuration.hash = hash
        let members = root.object ?? [:]
        switch members["_format_version"] {
        case .string(let version):
            if !["1.1", "2.1", "3.0"].contains(version) {
                invalid.fields["_format_version"] = "expected one of: 1.1, 2.1, 3.0"
            }
        case nil: invalid.fields["_format_version"] = "required field missing"
        default: invalid.fields["_format_version"] = "expected a string"
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            if let schema = GatewaySchemas.all[name] {
                readList(schema, value, parent: nil)
            } else if !["_format_version", "_transform", "_comment", "_ignore"].contains(name) {
                invalid.fields[name] = "unknown field"
            }
        }
        if invalid.fields.isEmpty, invalid.entities.isEmpty { resolve() }
        guard invalid.fields.isEmpty, invalid.entities.isEmpty else { throw invalid }
        // Without entities it is called by zeros, as nothing is.
        if configuration.entities.values.allSatisfy(\.isEmpty) { configuration.hash = GatewayConfiguration.emptyHash }
        return configuration
    }

    private mutating func readList(
        _ schema: GatewaySchemas.Entity, _ list: PluginJSON, parent: (field: String, id: String)?
    ) {
        guard let items = list.array else {
            if list != .null { invalid.fields[schema.name] = "expected an array" }
            return
        }
        for item in items {
            guard var entity = item.object else {
                invalid.fields[schema.name] = "expected a record"
                continue
            }
            entity = entity.filter { $0.value != .null && $0.key != "_comment" && $0.key != "_ignore" }
            let written = entity
            if schema.name == "services", let url = entity.removeValue(forKey: "url")?.string {
                for (name, value) in Self.parts(of: url) where entity[name] == nil { entity[name] = value }
            }
            let children = schema.children.compactMap { child, field in
                entity.removeValue(forKey: child).map { (child, field, $0) }
            }
            var errors = EntityJudge(schema).errors(entity, owned: parent?.field)
            if let parent, entity[parent.field]?.string != nil { errors.append((parent.field, "value must be null")) }
            if entity["id"] == nil { entity["id"] = .string(identity(schema, entity, parent)) }
            if let parent, entity[parent.field] == nil { entity[parent.field] = ["id": .string(parent.id)] }
            let id = entity["id"]?.string ?? ""
            if let violation = duplicate(schema, entity, id) { errors.append((nil, violation)) }
            if !errors.isEmpty {
                invalid.entities.append(.init(kind: schema.name, entity: written, errors: errors))
            }
            configuration.entities[schema.name, default: []].append(filled(entity, schema))
            given[schema.name, default: []].append(written)
            for (child, field, value) in children.sorted(by: { $0.0 < $1.0 }) {
                if let schema = GatewaySchemas.all[child] { readList(schema, value, parent: (field, id)) }
            }
        }
    }

    private static func parts(of url: String) -> Members {
        guard let scheme = url.firstRange(of: "://") else { return [:] }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        let pieces = authority.split(separator: ":")
        let name = String(url[..<scheme.lowerBound])
        var members: Members = ["protocol": .string(name), "host": .string(pieces.first.map(String.init) ?? "")]
        members["port"] = .integer(pieces.count > 1 ? Int64(pieces[1]) ?? 0 : name == "https" ? 443 : 80)
        if authority.endIndex < rest.endIndex { members["path"] = .string(String(rest[authority.endIndex...])) }
        return members
    }

    /// From the name where there is one, with whom it belongs to where names are not unique; else by its place.
    private func identity(
        _ schema: GatewaySchemas.Entity, _ entity: Members, _ parent: (field: String, id: String)?
    ) -> String {
        if let key = schema.key, let name = entity[key]?.string {
            let scope = schema.fields[key]?.isUnique == true ? "" : ":" + (parent?.id ?? "")
            return NameUUID.make(schema.name, name + scope)
        }
        let place = configuration.entities[schema.name]?.count ?? 0
        let name = entity["name"]?.string ?? entity["group"]?.string ?? ""
        return NameUUID.make(schema.name, "\(name):\(parent?.id ?? ""):\(place)")
    }

    private func duplicate(_ schema: GatewaySchemas.Entity, _ entity: Members, _ id: String) -> String? {
        let others = configuration.entities[schema.name] ?? []
        for (name, field) in schema.fields.sorted(by: { $0.key < $1.key }) where field.isUnique {
            guard let value = entity[name], others.contains(where: { $0[name] == value }) else { continue }
            return
                "uniqueness violation: '\(schema.name)' entity with \(name) set to '\(value.string ?? value.text)' already declared"
        }
        if schema.name == "plugins" {
            func scope(_ plugin: Members) -> [String] {
                ["name", "service", "route", "consumer"].map { plugin[$0]?.string ?? plugin[$0]?["id"]?.string ?? "" }
            }
            if others.contains(where: { scope($0) == scope(entity) }) {
                return "uniqueness violation: 'plugins' entity with name, service, route and consumer already declared"
            }
        }
        guard others.contains(where: { $0["id"]?.string == id }) else { return nil }
        return "uniqueness violation: '\(schema.name)' entity with primary key set to '\(id)' already declared"
    }

    private func filled(_ entity: Members, _ schema: GatewaySchemas.Entity) -> Members {
        var entity = EntityJudge.filled(entity, schema.fields)
        if let name = entity["name"]?.string, schema.name == "plugins", let fields = GatewaySchemas.plugins[name] {
            entity["config"] = .object(EntityJudge.filled(entity["config"]?.object ?? [:], fields))
        }
        for name in ["created_at", "updated_at"] where schema.fields[name] != nil && entity[name] == nil {
            entity[name] = .integer(now)
        }
        for name in ["key", "secret", "client_id", "client_secret"]
        where schema.fields[name]?.isAutomatic == true && entity[name] == nil {
            let seed = (entity["id"]?.string ?? "") + name
            entity[name] = .string(NameUUID.make("made", seed).filter { $0 != "-" })
        }
        return entity
    }

    /// Names become ids; what leads nowhere is an error of the entity.
    private mutating func resolve() {
        for (kind, list) in configuration.entities {
            guard let schema = GatewaySchemas.all[kind] else { continue }
            for (place, entity) in list.enumerated() {
                for (name, field) in schema.fields {
                    guard let target = field.reference, let value = entity[name] else { continue }
                    let wanted = value.string ?? value["id"]?.string ?? value.text
                    let key = GatewaySchemas.all[target]?.key
                    let found = configuration.entities[target]?.first { other in
                        other["id"]?.string == wanted || key.map { other[$0]?.string == wanted } == true
                    }
                    if let id = found?["id"] {
                        configuration.entities[kind]?[place][name] = ["id": id]
                    } else {
                        let text = "invalid reference '\(name): \(wanted)' (no such entry in '\(target)')"
                        invalid.entities.append(
                            .init(kind: kind, entity: given[kind]?[place] ?? entity, errors: [(name, text)]))
                    }
                }
            }
        }
    }
}
