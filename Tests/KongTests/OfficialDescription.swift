import Documents
import Foundation
import KongLogic
import PluginKit

/// Kong's own descriptions of its API and its file format, where somebody has put them: in the folder that DEPLOYER_SPECS
/// names, or in `../shared/specs` beside the checkout. They are no part of this project.
struct OfficialDescription {
    /// OpenAPI 3 of the Admin API.
    let api: PluginJSON
    /// JSON Schema of the declarative file as decK reads it.
    let file: PluginJSON

    static let folder: URL? = {
        let named = ProcessInfo.processInfo.environment["DEPLOYER_SPECS"].map { URL(fileURLWithPath: $0) }
        let places = [named, Repository.root.deletingLastPathComponent().appending(path: "shared/specs")].compactMap {
            $0
        }
        return places.first { FileManager.default.isReadableFile(atPath: $0.appending(path: apiName).path) }
    }()
    private static let apiName = "kong-admin-oss-openapi.yaml"

    init() throws {
        guard let folder = Self.folder else { throw CocoaError(.fileNoSuchFile) }
        let api = try Data(contentsOf: folder.appending(path: Self.apiName))
        guard let root = try DocumentReader.yaml([UInt8](api), limit: 64 << 20).root else {
            throw CocoaError(.fileReadCorruptFile)
        }
        self.api = Refusal.json(root)
        file = try PluginJSON(
            parsing: [UInt8](try Data(contentsOf: folder.appending(path: "kong-declarative.schema.json"))))
    }

    /// The description of an operation, found by a real path: `/schemas/routes/validate` for `/schemas/{entity}/validate`.
    /// What is spelt out goes before what is a parameter.
    func operation(_ method: String, _ path: String) -> PluginJSON? {
        let steps = path.split(separator: "/")
        let fitting = (api["paths"]?.object ?? [:]).filter { template, item in
            let parts = template.split(separator: "/")
            return parts.count == steps.count && item[method.lowercased()] != nil
                && zip(parts, steps).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return fitting.min { $0.key.count { $0 == "{" } < $1.key.count { $0 == "{" } }?.value[method.lowercased()]
    }

    func parameters(_ operation: PluginJSON) -> Set<String> {
        Set(
            (operation["parameters"]?.array ?? []).compactMap { parameter in
                let found = parameter["$ref"]?.string.flatMap(resolve) ?? parameter
                return found["in"] == "query" ? found["name"]?.string : nil
            })
    }

    /// `#/components/parameters/x`
    func resolve(_ reference: String) -> PluginJSON? {
        reference.split(separator: "/").dropFirst().reduce(Optional(api)) { $0?[String($1)] }
    }

    /// Members of an entity, as the API describes them; nested ones by their path with dots.
    func members(_ schema: String) -> [String: PluginJSON] {
        var found: [String: PluginJSON] = [:]
        func add(_ properties: PluginJSON?, _ prefix: String) {
            for (name, property) in properties?.object ?? [:] {
                found[prefix + name] = property
                if property["additionalProperties"] == nil, name != "config" {
                    add(property["properties"], prefix + name + ".")
                }
            }
        }
        add(api["components"]?["schemas"]?[schema]?["properties"], "")
        return found
    }

    /// The description's name of an entity of the format.
    static let names = [
        "services": "Service", "routes": "Route", "upstreams": "Upstream", "targets": "Target", "plugins": "Plugin",
        "consumers": "Consumer", "certificates": "Certificate", "ca_certificates": "CA-Certificate", "snis": "SNI",
        "vaults": "Vault", "keys": "Key", "key_sets": "Key-set", "filter_chains": "Filter-chain",
    ]
}
