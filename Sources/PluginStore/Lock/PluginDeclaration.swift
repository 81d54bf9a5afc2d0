package import Stages

/// What a plugin says that it is and asks for.
package struct PluginDeclaration: Hashable, Sendable, Codable {
    package var id: String
    package var version: String
    package var kinds: [String]
    package var stages: [String]
    /// Host services.
    package var services: [String]
    package var permissions: [String]

    package init(
        id: String, version: String, kinds: [String], stages: [String], services: [String] = [],
        permissions: [String] = []
    ) {
        self.id = id
        self.version = version
        self.kinds = Set(kinds).sorted()
        self.stages = Set(stages).sorted()
        self.services = Set(services).sorted()
        self.permissions = Set(permissions).sorted()
    }

    package init(_ description: PluginDescription) {
        self.init(
            id: description.id, version: description.version, kinds: description.kinds,
            stages: description.stages.map(\.name), services: description.services ?? [],
            permissions: description.permissions ?? [])
    }

    /// What it asks for beyond another, for people; empty where that one's consent covers it.
    package func demands(beyond agreed: PluginDeclaration) -> [String] {
        var found: [String] = []
        if id != agreed.id { found.append("it is '\(id)', not '\(agreed.id)'") }
        found += kinds.filter { !agreed.kinds.contains($0) }.map { "the kind '\($0)'" }
        found += services.filter { !agreed.services.contains($0) }.map { "the host service '\($0)'" }
        found += permissions.filter { !agreed.permissions.contains($0) }.map { "the permission '\($0)'" }
        return found
    }

    /// Each difference as one line: `version 1.0.0 -> 1.1.0`, `services + http/1`.
    package func changes(from old: PluginDeclaration) -> [String] {
        var lines: [String] = []
        if id != old.id { lines.append("id \(old.id) -> \(id)") }
        if version != old.version { lines.append("version \(old.version) -> \(version)") }
        for (name, new, known) in [
            ("kinds", kinds, old.kinds), ("stages", stages, old.stages), ("services", services, old.services),
            ("permissions", permissions, old.permissions),
        ] {
            lines += new.filter { !known.contains($0) }.map { "\(name) + \($0)" }
            lines += known.filter { !new.contains($0) }.map { "\(name) - \($0)" }
        }
        return lines
    }

    /// Whether names are such as a plugin may give itself; files come from elsewhere.
    var isPlausible: Bool {
        Self.isName(id) && !kinds.isEmpty && (kinds + stages).allSatisfy(Self.isName)
            && (services + permissions + [version]).allSatisfy { text in
                (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
            }
    }

    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }
}
