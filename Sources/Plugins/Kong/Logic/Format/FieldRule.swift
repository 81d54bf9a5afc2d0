package import PluginKit

/// One member of an entity.
package struct FieldRule: Sendable {
    package var name: String
    package var kind: FieldKind
    package var isRequired: Bool
    /// What the gateway fills in; nil when it leaves the field out or makes a value up.
    package var fallback: PluginJSON?
    /// The gateway makes it or hides it: no sense in comparing.
    package var isVolatile: Bool
    /// Never shown.
    package var isSecret: Bool

    package init(
        _ name: String, _ kind: FieldKind, isRequired: Bool = false, fallback: PluginJSON? = nil,
        isVolatile: Bool = false, isSecret: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.fallback = fallback
        self.isVolatile = isVolatile
        self.isSecret = isSecret
    }
}

extension FieldRule {
    static func text(_ name: String, _ rule: TextRule = .any, fallback: PluginJSON? = nil) -> FieldRule {
        FieldRule(name, .text(rule), fallback: fallback)
    }
    static func needed(_ name: String, _ rule: TextRule = .any) -> FieldRule {
        FieldRule(name, .text(rule), isRequired: true)
    }
    static func secret(_ name: String, _ rule: TextRule = .any, isRequired: Bool = false) -> FieldRule {
        FieldRule(name, .text(rule), isRequired: isRequired, isSecret: true)
    }
    static func flag(_ name: String, _ fallback: Bool? = nil) -> FieldRule {
        FieldRule(name, .boolean, fallback: fallback.map(PluginJSON.bool))
    }
    static func number(_ name: String, _ range: ClosedRange<Int>, fallback: PluginJSON? = nil) -> FieldRule {
        FieldRule(name, .integer(range), fallback: fallback)
    }
    static func choice(_ name: String, _ words: [String], fallback: PluginJSON? = nil) -> FieldRule {
        FieldRule(name, .choice(words), fallback: fallback)
    }
    static func list(_ name: String, _ rule: TextRule = .any, fallback: PluginJSON? = nil) -> FieldRule {
        FieldRule(name, .list(.text(rule)), fallback: fallback)
    }
    static func reference(_ name: String, _ entity: String) -> FieldRule { FieldRule(name, .reference(entity)) }
    /// A reference that an entity cannot do without, unless it stands inside that entity.
    static func owner(_ name: String, _ entity: String) -> FieldRule {
        FieldRule(name, .reference(entity), isRequired: true)
    }
    static func record(_ name: String, _ fields: [FieldRule]) -> FieldRule { FieldRule(name, .record(fields)) }
}
