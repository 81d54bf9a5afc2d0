import PluginSupport

extension Package {
    /// Where the compiler's serialized findings of a configuration lie. SwiftPM makes its link when a build succeeds, so
    /// the first build of a package that fails leaves the folder of its triple alone.
    package static func compiled(_ toolchain: Toolchain, _ configuration: Options.Configuration) -> String {
        let link = toolchain.products(of: configuration)
        guard !Files.isFolder(link) else { return link }
        let triples = (try? Files.names(in: toolchain.scratchDirectory)) ?? []
        let folders = triples.map { "\(toolchain.scratchDirectory)/\($0)/\(configuration.rawValue)" }
        return folders.first(where: Files.isFolder) ?? link
    }
}
