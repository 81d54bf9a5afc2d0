import Model
import Stages

/// Asks a library what it is, as the daemon would: in a worker, from a private copy, with the checks of its file.
package struct PluginExamination: Sendable {
    let worker: String

    /// - Parameter worker: absolute path of `PluginWorker`.
    package init(worker: String) { self.worker = worker }

    /// - Parameters:
    ///   - folder: holds the library and nothing else.
    ///   - cache: for the copy; goes with the folder of the build, so that nothing of a refused plugin is remembered.
    /// - Throws: `plugin.unproven`.
    func describe(in folder: String, cache: String, place: PluginPlace) async throws(Failure) -> PluginDeclaration {
        let registry = try PluginRegistry(.init(searchPath: [folder], cacheDirectory: cache, worker: worker))
        let found = await registry.readyPlugins()
        if let plugin = found.first { return PluginDeclaration(plugin.description) }
        let reasons = await registry.list().map { info in
            switch info.state {
            case .refused(let reason), .quarantined(let reason): Self.withoutRemedy(reason)
            case .ready: "it has no description"
            }
        }
        throw Failure(
            .pluginUnproven, "the library that \(place) builds is no plugin that this host can use",
            remedy: "its author finds the reason with `host test-plugin`", cause: reasons.joined(separator: "; "))
    }

    /// A quarantine that ends with this command cannot be cleared.
    private static func withoutRemedy(_ reason: String) -> String {
        String(reason.firstRange(of: "; to try it again:").map { reason[..<$0.lowerBound] } ?? reason[...])
    }
}
