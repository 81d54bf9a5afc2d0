/// One kind of entity: what may stand in it, what names it, what stands inside it.
package struct EntityRule: Sendable {
    /// As the declarative format and the Admin API call a list of them: `key_sets`.
    package var name: String
    /// One of them, for people: `key set`.
    package var singular: String
    /// The field by which others refer to it, beside its id.
    package var key: String?
    /// Whether two of them may not have the same key. Targets are unique in their upstream only.
    package var isKeyUnique: Bool
    package var fields: [FieldRule]
    /// Entities that may stand inside one, and their field that then refers to it.
    package var children: [String: String]
    package var checks: [EntityCheck]
    /// Only decK and the Enterprise edition know it: the open gateway refuses it.
    package var isForeign: Bool

    package init(
        _ name: String, _ singular: String, key: String? = "name", isKeyUnique: Bool = true, fields: [FieldRule],
        children: [String: String] = [:], checks: [EntityCheck] = [], isForeign: Bool = false
    ) {
        self.name = name
        self.singular = singular
        self.key = key
        self.isKeyUnique = isKeyUnique
        self.fields = fields
        self.children = children
        self.checks = checks
        self.isForeign = isForeign
    }

    package func field(_ name: String) -> FieldRule? { fields.first { $0.name == name } }
    /// Its fields that name another entity, with that entity.
    package var references: [(field: String, entity: String)] {
        fields.compactMap { if case .reference(let entity) = $0.kind { ($0.name, entity) } else { nil } }
    }
}

/// What holds between the fields of one entity.
package enum EntityCheck: Sendable {
    case atLeastOne([String])
    case atMostOne([String])
    /// The field has no place where another has one of these values; the other's fallback counts as its value.
    case excludes(String, when: String, isOneOf: [String])
    /// The field has no place unless another has one of these values.
    case needs(String, when: String, isOneOf: [String])
    /// The field cannot be left out where another has one of these values.
    case demands(String, when: String, isOneOf: [String])
    case distinct(String, String)
    /// What the list above cannot say.
    case route
    case upstream
    case key
    case jwt
}
