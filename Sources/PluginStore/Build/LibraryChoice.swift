import Model

/// Which of the libraries that a build left is the plugin.
enum LibraryChoice {
    struct Candidate: Hashable, Sendable {
        /// Relative to where libraries come to lie.
        var path: String
        var digest: String
        var isPlugin: Bool
    }

    /// - Parameter wanted: what `plugin.json` names.
    /// - Throws: `plugin.library`, with all that were found.
    static func choose(_ found: [Candidate], wanted: String?, place: PluginPlace) throws(Failure) -> Candidate {
        let list = found.map { "\($0.path)\($0.isPlugin ? "" : " (without the entry)")" }.sorted()
        if let wanted {
            let named = found.filter { $0.path == wanted || $0.path.hasSuffix("/\(wanted)") }
            guard let first = named.first else {
                throw Failure(
                    .pluginLibrary, "the build of \(place) left no '\(wanted)', which its \(BuildManifest.name) names",
                    remedy: list.isEmpty ? "it left no library at all" : "it left: \(list.joined(separator: ", "))")
            }
            return try single(named, first, place)
        }
        let plugins = found.filter(\.isPlugin)
        guard let first = plugins.first else {
            throw Failure(
                .pluginLibrary, "the build of \(place) left no library that exports \(LibraryFile.entry)",
                remedy: list.isEmpty
                    ? "build a shared library (.so) from the sources; one that is committed is not taken"
                    : "it left: \(list.joined(separator: ", "))")
        }
        return try single(plugins, first, place)
    }

    /// The same library in two places is one.
    private static func single(_ found: [Candidate], _ first: Candidate, _ place: PluginPlace) throws(Failure)
        -> Candidate
    {
        guard Set(found.map(\.digest)).count == 1 else {
            throw Failure(
                .pluginLibrary,
                "the build of \(place) left several plugins: " + found.map(\.path).sorted().joined(separator: ", "),
                remedy: #"say which in plugin.json: {"library": "NAME.so"}"#)
        }
        return first
    }
}
