package import PluginKit

/// What differs between a collection as it is declared and as the server has it.
package struct SchemaDifference: Sendable {
    package enum Change: Hashable, Sendable {
        case added(field: String)
        case removed(field: String)
        case changed(field: String, what: String)
        /// Of the collection itself, and only a new collection takes it.
        case setting(name: String, what: String)
        /// Of the collection itself, and it can be set any time.
        case metadata(name: String)

        /// For people.
        package var reason: String {
            switch self {
            case .added(let field): "field '\(field)' is new"
            case .removed(let field): "field '\(field)' is gone"
            case .changed(let field, let what): "field '\(field)': \(what)"
            case .setting(let name, let what): "'\(name)': \(what)"
            case .metadata(let name): "'\(name)' is different"
            }
        }
    }
    package var changes: [Change] = []
    package var isEmpty: Bool { changes.isEmpty }
    package var reason: String { changes.map(\.reason).joined(separator: "; ") }

    /// Whether all of it can be done to the collection as it stands.
    package var isAdditive: Bool {
        changes.allSatisfy { change in
            switch change {
            case .added, .metadata: true
            case .removed, .changed, .setting: false
            }
        }
    }

    package var addedFields: [String] {
        changes.compactMap { if case .added(let field) = $0 { field } else { nil } }
    }
    package var metadata: [String] {
        changes.compactMap { if case .metadata(let name) = $0 { name } else { nil } }
    }

    /// What the server takes for granted where a field says nothing; what is not here it decides by itself.
    private static let fieldDefaults: [String: PluginJSON] = [
        "facet": false, "index": true, "infix": false, "locale": "", "optional": false, "num_dim": 0,
        "vec_dist": "cosine", "store": true, "stem": false, "range_index": false, "reference": "",
        "async_reference": false, "stem_dictionary": "", "token_separators": [], "symbols_to_index": [],
    ]
    private static let settings: [String: PluginJSON] = [
        "default_sorting_field": "", "token_separators": [], "symbols_to_index": [], "enable_nested_fields": false,
    ]
    /// Of the collection itself, and set by PATCH.
    static let alterable = ["metadata", "synonym_sets", "curation_sets"]
    /// What the server says of a field on top of what it was told.
    private static let derived: Set<String> = ["name", "nested", "nested_array", "hnsw_params", "drop"]

    /// - Parameters:
    ///   - unheeded: `field.member`s that this server was given before and does not know.
    package init(declared: PluginJSON, live: PluginJSON, unheeded: Set<String> = []) {
        let wanted = Self.fields(declared).filter { $0.name != "id" }
        let existing = Self.fields(live).filter { $0.name != "id" }
        for field in wanted {
            guard let other = existing.first(where: { $0.name == field.name }) else {
                changes.append(.added(field: field.name))
                continue
            }
            if let what = Self.difference(field, other, unheeded) {
                changes.append(.changed(field: field.name, what: what))
            }
        }
        for field in existing where !wanted.contains(where: { $0.name == field.name || Self.explains($0, field.name) })
        {
            changes.append(.removed(field: field.name))
        }
        for (name, fallback) in Self.settings.sorted(by: { $0.key < $1.key }) {
            let (before, after) = (live[name] ?? fallback, declared[name] ?? fallback)
            if before != after { changes.append(.setting(name: name, what: "\(before.text) becomes \(after.text)")) }
        }
        if let model = declared["voice_query_model"], !unheeded.contains(".voice_query_model"),
            live["voice_query_model"] != model
        {
            changes.append(.setting(name: "voice_query_model", what: "it is different"))
        }
        for name in Self.alterable {
            guard let after = declared[name], !unheeded.contains(".\(name)") else { continue }
            if live[name] != after { changes.append(.metadata(name: name)) }
        }
    }

    /// Members that were declared and that the server does not repeat: it does not know them.
    package static func unheeded(declared: PluginJSON, live: PluginJSON) -> [String] {
        var result: [String] = []
        let existing = fields(live)
        for field in fields(declared) {
            guard let other = existing.first(where: { $0.name == field.name }) else { continue }
            for (key, value) in field.members where other.members[key] == nil && !derived.contains(key) {
                if value != fieldDefaults[key] { result.append("\(field.name).\(key)") }
            }
        }
        for name in alterable + ["voice_query_model"] where declared[name] != nil && live[name] == nil {
            result.append(".\(name)")
        }
        return result.sorted()
    }

    private struct Field {
        var name: String
        var members: [String: PluginJSON]
    }

    private static func fields(_ schema: PluginJSON) -> [Field] {
        (schema["fields"]?.array ?? []).compactMap { field in
            guard let members = field.object, let name = members["name"]?.string else { return nil }
            return Field(name: name, members: members)
        }
    }

    private static func difference(_ wanted: Field, _ existing: Field, _ unheeded: Set<String>) -> String? {
        let isPattern = wanted.name.contains("*") || ["auto", "string*"].contains(wanted.members["type"]?.string)
        for key in Set(wanted.members.keys).union(existing.members.keys).sorted() where !derived.contains(key) {
            guard !unheeded.contains("\(wanted.name).\(key)") else { continue }
            // Fields found by a pattern are optional, whatever they say.
            if key == "optional", isPattern { continue }
            guard let after = wanted.members[key] ?? fieldDefaults[key] else { continue }
            let before = existing.members[key] ?? fieldDefaults[key] ?? .null
            if key == "embed" ? !isSameEmbedding(before, after) : before != after {
                return key == "type" ? "\(spoken(before)) becomes \(spoken(after))" : "'\(key)' becomes \(after.text)"
            }
        }
        return nil
    }

    private static func spoken(_ value: PluginJSON) -> String { value.string ?? value.text }

    /// The server does not show the keys it was given.
    private static func isSameEmbedding(_ before: PluginJSON, _ after: PluginJSON) -> Bool {
        before["from"] == after["from"] && before["model_config"]?["model_name"] == after["model_config"]?["model_name"]
    }

    /// Whether a live field came from a declared one by itself: found by a pattern, or inside an object.
    private static func explains(_ declared: Field, _ name: String) -> Bool {
        if declared.members["type"]?.string?.hasPrefix("object") == true, name.hasPrefix("\(declared.name).") {
            return true
        }
        guard declared.name.contains(where: { "*+?[](){}|^$\\".contains($0) }) else { return false }
        let parts = declared.name.split(separator: ".*", omittingEmptySubsequences: false)
        let isPlain = !parts.contains { $0.contains { "*+?[](){}|^$\\".contains($0) } }
        // What is more than "anything here" is the server's own business.
        guard isPlain, let first = parts.first, let last = parts.last else { return true }
        return name.count >= first.count + last.count && name.hasPrefix(first) && name.hasSuffix(last)
    }
}
