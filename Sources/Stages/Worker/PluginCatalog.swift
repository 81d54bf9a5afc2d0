package import Model

/// The plugins that may be used now.
package protocol PluginCatalog: Sendable {
    /// The plugin that serves a kind.
    func plugin(forKind kind: String) async -> LoadedPlugin?
    /// All of them, in the order of the search path.
    func readyPlugins() async -> [LoadedPlugin]
    /// Why there is no plugin for a kind, where more is known than that: it was refused, it is quarantined.
    func absence(ofKind kind: String) async -> String?
}

/// A plugin that was found trustworthy and described itself.
package struct LoadedPlugin: Sendable, Hashable {
    package var info: PluginInfo
    package var description: PluginDescription
    /// The private copy that workers load, named by its digest.
    package var library: String
    package init(info: PluginInfo, description: PluginDescription, library: String) {
        self.info = info
        self.description = description
        self.library = library
    }
}
