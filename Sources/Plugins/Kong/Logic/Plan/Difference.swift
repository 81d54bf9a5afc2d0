package import Documents
package import PluginKit

/// What a deployment would change at the gateway, entity by entity.
package struct Difference {
    private let wanted: [PlannedEntity]
    private let found: [PlannedEntity]

    package init(file: DocumentNode, gateway: DocumentNode?) {
        wanted = PlannedEntity.all(file)
        found = gateway.map(PlannedEntity.all) ?? []
    }

    /// In the order of the file; what goes comes last.
    ///
    /// - Parameter isDrift: the file was deployed as it is, so that whatever differs was changed at the gateway.
    package func changes(isDrift: Bool = false) -> [PlanChange] {
        var left = Dictionary(
            found.enumerated().map { ($0.element.identity, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let byID = Dictionary(
            found.enumerated().compactMap { entry in
                entry.element.id.map { ("\(entry.element.rule.name) \($0)", entry.offset) }
            },
            uniquingKeysWith: { first, _ in first })
        var matched: Set<Int> = []
        var changes: [PlanChange] = []
        for entity in wanted {
            let place = entity.id.flatMap { byID["\(entity.rule.name) \($0)"] } ?? left[entity.identity]
            guard let place, !matched.contains(place) else {
                changes.append(
                    isDrift
                        ? PlanChange(.drift, entity.title, reason: "it is not at the gateway any more")
                        : PlanChange(
                            .create, entity.title, reason: "it is not at the gateway", detail: Self.summary(entity)))
                continue
            }
            matched.insert(place)
            left[entity.identity] = nil
            let fields = Self.fields(entity, found[place])
            guard !fields.isEmpty else { continue }
            let reason = fields.count == 1 ? fields[0].sentence(isDrift) : "\(fields.count) fields differ"
            changes.append(
                PlanChange(
                    isDrift ? .drift : .update, entity.title, reason: reason,
                    detail: fields.count == 1 ? nil : fields.map { $0.sentence(isDrift) }.joined(separator: "\n")))
        }
        for (place, entity) in found.enumerated() where !matched.contains(place) {
            changes.append(
                PlanChange(
                    isDrift ? .drift : .remove, entity.title,
                    reason: isDrift ? "somebody added it at the gateway" : "it is not in the file"))
        }
        return changes
    }

    /// What one field is and what it becomes.
    struct FieldChange {
        var name: String
        var old: PluginJSON?
        var new: PluginJSON?
        var isSecret: Bool

        func sentence(_ isDrift: Bool) -> String {
            if isSecret { return "\(name) differs" }
            if let old = old?.array, let new = new?.array {
                let (gone, come) = (old.filter { !new.contains($0) }, new.filter { !old.contains($0) })
                let words = (isDrift ? ("lost", "got") : ("gets", "loses"))
                let parts = [
                    come.isEmpty ? nil : "\(words.0) \(come.map(Difference.shown).joined(separator: ", "))",
                    gone.isEmpty ? nil : "\(words.1) \(gone.map(Difference.shown).joined(separator: ", "))",
                ].compactMap { $0 }
                if !parts.isEmpty { return "\(name) " + parts.joined(separator: " and ") }
            }
            let (before, after) = (old.map(Difference.shown) ?? "nothing", new.map(Difference.shown) ?? "nothing")
            return isDrift
                ? "\(name) is \(before) at the gateway and \(after) in the file"
                : "\(name) is \(before) and becomes \(after)"
        }
    }

    private static func fields(_ wanted: PlannedEntity, _ found: PlannedEntity) -> [FieldChange] {
        wanted.rule.fields.flatMap { field -> [FieldChange] in
            if field.isVolatile || field.name == "url" { return [] }
            // Stored as a hash: nobody can say whether it is the same.
            if wanted.rule.name == "basicauth_credentials", field.name == "password" { return [] }
            let given = wanted.fields[field.name]
            // The gateway makes one up.
            if given == nil, field.isSecret || field.name == wanted.rule.key { return [] }
            return compare(field.kind, field.name, given ?? field.fallback, found.fields[field.name], field)
        }
    }

    /// - Returns: one change for each field inside that differs.
    private static func compare(
        _ kind: FieldKind, _ name: String, _ wanted: PluginJSON?, _ found: PluginJSON?, _ field: FieldRule
    ) -> [FieldChange] {
        let (wanted, found) = (wanted == .null ? nil : wanted, found == .null ? nil : found)
        switch kind {
        case .record(let fields) where wanted != nil || found != nil:
            return fields.flatMap { inner in
                compare(
                    inner.kind, "\(name).\(inner.name)", wanted?[inner.name] ?? inner.fallback,
                    found?[inner.name] ?? inner.fallback, inner)
            }
        case .map(_, .anything), .anything:
            // A plugin's own defaults are not known here: what the file does not say is not compared.
            return open(name, wanted, found)
        default:
            let before = found ?? field.fallback
            let (left, right) = (wanted.map(canonical), before.map(canonical))
            if left == right || isEmpty(left) && isEmpty(right) { return [] }
            return [FieldChange(name: name, old: before, new: wanted, isSecret: field.isSecret)]
        }
    }

    private static func open(_ name: String, _ wanted: PluginJSON?, _ found: PluginJSON?) -> [FieldChange] {
        guard let wanted else { return [] }
        if let members = wanted.object {
            return members.sorted { $0.key < $1.key }.flatMap { open("\(name).\($0.key)", $0.value, found?[$0.key]) }
        }
        if wanted == .null && found == nil || canonical(wanted) == found.map(canonical) { return [] }
        let isSecret = ["secret", "password", "key", "token"].contains { name.lowercased().contains($0) }
        return [FieldChange(name: name, old: found, new: wanted, isSecret: isSecret)]
    }

    private static func isEmpty(_ value: PluginJSON?) -> Bool {
        value == nil || value == .array([]) || value == .object([:])
    }

    /// Lists of words have no order; numbers are the same however they are written.
    static func canonical(_ value: PluginJSON) -> PluginJSON {
        switch value {
        case .array(let items):
            let made = items.map(canonical)
            return made.contains { $0.object != nil } ? .array(made) : .array(made.sorted { $0.text < $1.text })
        case .object(let members): return .object(members.mapValues(canonical))
        case .number(let number):
            return number == number.rounded() && abs(number) < 9e15 ? .integer(Int64(number)) : value
        default: return value
        }
    }

    static func shown(_ value: PluginJSON) -> String {
        let text = value.string.map { "'\($0)'" } ?? value.text
        return text.count <= 80 ? text : String(text.prefix(79)) + "…"
    }

    /// What a new entity is about: what it matches, or where it leads.
    private static func summary(_ entity: PlannedEntity) -> String? {
        let names = ["protocol", "host", "port", "path", "methods", "hosts", "paths", "target", "weight", "group"]
        let parts = names.compactMap { name in entity.fields[name].map { "\(name) \(shown($0))" } }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
