package import Model
import PluginAPI

/// What a plugin says of itself in `describe`; see plugin_api.h.
package struct PluginDescription: Sendable, Hashable, Codable {
    package struct StageOffer: Sendable, Hashable, Codable {
        package var name: String
        /// An interrupted run may safely be run again.
        package var repeatable: Bool?
    }
    package var id: String
    package var version: String
    package var kinds: [String]
    package var stages: [StageOffer]
    /// Host services it uses; others are not offered to it.
    package var services: [String]?
    package var permissions: [String]?
    /// 0...100: where services of its kinds stand among those recognised in one folder.
    package var order: Int?
    /// Kinds of which its own are a special case; see `Detection.withoutRefined`.
    package var refines: [String]?
    /// JSON Schema of a service's options.
    package var configuration: JSONValue?

    /// What is wrong with it, for people; nil when it can be used.
    package var problem: String? {
        if !Self.isName(id) { return "its id '\(id.prefix(80))' is not [a-z0-9-]{1,64}" }
        if version.isEmpty || version.utf8.count > 64 { return "its version has not 1 to 64 bytes" }
        if kinds.isEmpty { return "it offers no service kind" }
        if let kind = kinds.first(where: { !Self.isName($0) }) {
            return "its kind '\(kind.prefix(80))' is not [a-z0-9-]{1,64}"
        }
        if Set(kinds).count != kinds.count { return "it names a kind twice" }
        if stages.isEmpty { return "it offers no stage" }
        if let stage = stages.first(where: { !Self.isName($0.name) }) {
            return "its stage '\(stage.name.prefix(80))' is not [a-z0-9-]{1,64}"
        }
        if let order, !(0...100).contains(order) { return "its order \(order) is not 0 to 100" }
        if let kind = refines?.first(where: { !Self.isName($0) || kinds.contains($0) }) {
            return "it cannot be a special case of the kind '\(kind.prefix(80))'"
        }
        if let configuration {
            switch configuration {
            case .object, .bool: break
            default: return "its configuration is no JSON Schema"
            }
        }
        return nil
    }

    /// A name in it that means nothing, for people: a misspelt one would be lost in silence. What a library of a later ABI
    /// minor names may be there in a later host; it has to do without.
    func unknownName(builtMinor: Int) -> String? {
        if builtMinor <= Int(DEPLOYER_ABI_MINOR) {
            if let name = services?.first(where: { !Self.knownServices.contains($0) }) {
                return "it asks for the host service '\(name.prefix(80))', which there is not; "
                    + "there are: \(Self.knownServices.joined(separator: ", "))"
            }
            if let name = permissions?.first(where: { $0 != Self.plainSecrets }) {
                return "it asks for the permission '\(name.prefix(80))', which there is not; there is: "
                    + Self.plainSecrets
            }
        }
        return configuration.flatMap { OptionTypes.problem(in: $0) }
    }

    private static let knownServices = ["process/1", "http/1", "http-stream/1", "secret/1", "cancel/1", "supervise/1"]
    private static let plainSecrets = "secret-plain"

    package func offers(_ stage: Stage) -> Bool { stages.contains { $0.name == stage.rawValue } }
    package var mayAskForPlainSecrets: Bool { permissions?.contains(Self.plainSecrets) ?? false }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }
}
