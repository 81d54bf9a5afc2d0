import Documents
import PluginKit
import PluginSupport

/// A declarative configuration as the gateway reads it: judged, flattened, defaults and ids filled in.
struct GatewayConfiguration: Sendable {
    typealias Members = [String: PluginJSON]

    /// Entities by kind, in the order in which they came.
    var entities: [String: [Members]] = [:]
    var hash: String
    static let emptyHash = String(repeating: "0", count: 32)

    init(hash: String = Self.emptyHash) { self.hash = hash }

    /// What is wrong with one entity: by field, `@entity` for the whole.
    struct EntityError: Sendable {
        var kind: String
        var entity: Members
        var errors: [(field: String?, message: String)]
    }

    /// Why a configuration is refused.
    struct Invalid: Error, Sendable {
        /// By top-level member.
        var fields: [String: PluginJSON] = [:]
        var entities: [EntityError] = []
    }

    /// - Parameters:
    ///   - root: the parsed document.
    ///   - now: seconds since 1970.
    static func read(_ root: PluginJSON, hash: String, now: Int64) throws(Invalid) -> GatewayConfiguration {
        var reader = ConfigurationReader(now: now)
        return try reader.read(root, hash: hash)
    }

    /// The configuration as a declarative file, flat, references by id.
    var export: String {
        var members: Members = ["_format_version": "3.0", "_transform": false]
        for (kind, list) in entities where !list.isEmpty {
            let references = GatewaySchemas.all[kind]?.fields.filter { $0.value.reference != nil }.map(\.key) ?? []
            members[kind] = .array(
                list.map { entity in
                    var entity = entity
                    for name in references { if let id = entity[name]?["id"] { entity[name] = id } }
                    return .object(entity)
                })
        }
        return Self.yaml(.object(members), "")
    }

    /// YAML in block style, every text in quotes.
    private static func yaml(_ value: PluginJSON, _ indent: String) -> String {
        switch value {
        case .object(let members) where !members.isEmpty:
            return members.sorted { $0.key < $1.key }.map { name, value in
                "\(indent)\(PluginJSON.string(name).text):" + nested(value, indent)
            }.joined()
        case .array(let items) where !items.isEmpty:
            return items.map { "\(indent)-" + nested($0, indent) }.joined()
        default: return indent + value.text + "\n"
        }
    }

    private static func nested(_ value: PluginJSON, _ indent: String) -> String {
        switch value {
        case .object(let members) where !members.isEmpty: "\n" + yaml(value, indent + "  ")
        case .array(let items) where !items.isEmpty: "\n" + yaml(value, indent + "  ")
        default: " " + value.text + "\n"
        }
    }
}
