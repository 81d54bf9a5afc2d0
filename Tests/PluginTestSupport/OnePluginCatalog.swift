import Foundation
import Model
import PluginAPI
package import Stages

/// A catalog with one plugin, of which the description is known without asking the library for it.
package struct OnePluginCatalog: PluginCatalog {
    private let plugin: LoadedPlugin

    /// - Parameters:
    ///   - document: the JSON text of its description.
    ///   - library: absolute path of its .so.
    package init(_ document: String, library: String) throws {
        let description = try JSONDecoder().decode(PluginDescription.self, from: Data(document.utf8))
        plugin = LoadedPlugin(
            info: PluginInfo(
                id: description.id, version: description.version, kinds: description.kinds,
                stages: description.stages.map { Stage(rawValue: $0.name) },
                abi: "\(DEPLOYER_ABI_MAJOR).\(DEPLOYER_ABI_MINOR)", path: library, digest: "", state: .ready),
            description: description, library: library)
    }

    package func plugin(forKind kind: String) async -> LoadedPlugin? {
        plugin.info.kinds.contains(kind) ? plugin : nil
    }
    package func readyPlugins() async -> [LoadedPlugin] { [plugin] }
    package func absence(ofKind kind: String) async -> String? { nil }
}
