import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Subject {
    /// As `host list-plugins` would show it; what is known so far.
    func info() -> PluginInfo {
        var info =
            loaded?.info
            ?? PluginInfo(id: "", version: "", kinds: [], stages: [], abi: "", path: "", digest: "", state: .ready)
        info.path = options.library
        if info.digest.isEmpty, let bytes = FileManager.default.contents(atPath: library) {
            info.digest = SHA256.hex(of: Array(bytes))
        }
        return info
    }

    /// What the daemon makes of it: ready, or refused or quarantined with the reason.
    func registered() async throws(Failure) -> PluginInfo? {
        try await registry().list().first
    }

    /// The plugin as workers load it; nil when the daemon would not use it.
    func described() async -> LoadedPlugin? {
        try? await registry().readyPlugins().first
    }

    private func registry() throws(Failure) -> PluginRegistry {
        var limits = WorkerLimits()
        limits.describe = options.patience.describe
        limits.grace = options.patience.grace
        return try PluginRegistry(
            .init(
                searchPath: ["\(folder)/plugins"], cacheDirectory: "\(folder)/copies",
                worker: "\(options.programs)/PluginWorker", limits: limits))
    }
}
