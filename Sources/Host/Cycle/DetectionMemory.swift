import History
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What plugins said of a folder, by the folder's tree and the set of plugins: neither changes without its name.
actor DetectionMemory {
    private let history: HistoryStore
    private var plugins = ""
    private var cache: [ObjectID: [Detection]] = [:]
    private var hasSettled = false

    init(history: HistoryStore) { self.history = history }

    /// To be called when plugins come or go: what others would say is not known.
    func use(plugins digest: String) {
        guard digest != plugins else { return }
        plugins = digest
        cache.removeAll()
    }

    func detections(of tree: ObjectID) async -> [Detection]? {
        if let known = cache[tree] { return known }
        guard let stored = try? await history.value(for: key(tree)),
            let found = try? JSONDecoder().decode([Detection].self, from: Data(stored.utf8))
        else { return nil }
        cache[tree] = found
        return found
    }

    func remember(_ found: [Detection], of tree: ObjectID) async {
        cache[tree] = found
        guard !history.isReadOnly, let data = try? JSONEncoder().encode(found) else { return }
        // Losing it costs one more detection.
        try? await history.setValue(String(decoding: data, as: UTF8.self), for: key(tree))
    }

    /// Forgets what was said of folders as they were once, and by other plugins, when there is much of it.
    func settle(on trees: [ObjectID]) async {
        guard !hasSettled || cache.count > 2 * trees.count + 64 else { return }
        hasSettled = true
        let present = Set(trees)
        cache = cache.filter { present.contains($0.key) }
        guard !history.isReadOnly else { return }
        // What is kept for too long does no harm.
        try? await history.removeValues(under: "detect/", but: Set(trees.map(key)))
    }

    /// Names the plugins that are asked.
    var pluginSet: String { plugins }

    private func key(_ tree: ObjectID) -> String { "detect/\(plugins)/\(tree)" }
}
